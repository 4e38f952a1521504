"""The script's lines as what Parley takes in: the first of a conversation as an arrival, the others as drafts."""

from datetime import datetime

from contacts.addresses import EMAIL, PHONE, Address, address
from demo import story
from demo.agency import Agency
from inbox.channels import ADDRESS_KIND, Channel
from inbox.messages import Draft, File
from inbox.models import Message
from inbox.receiving import Arrival


def arrival(agency: Agency, client: str, told: story.Conversation, now: datetime) -> Arrival:
    """The first message of the conversation, for the client of this key."""
    campaign = agency.campaigns[client, told.campaign]
    return Arrival(
        channel=told.channel,
        addresses=addresses(told.lead, told.channel, region=agency.workspace.region),
        draft=draft(agency, told, 1, now),
        name=told.lead.name,
        client_id=agency.clients[client].pk,
        campaign_id=campaign.pk,
        source=campaign.name,
    )


def addresses(person: story.Person, channel: str, *, region: str) -> list[Address]:
    """All of the person's, the one that they are reached at on this channel first."""
    known = [address(EMAIL, email, region=region) for email in person.emails]
    if person.phone:
        known.append(address(PHONE, person.phone, region=region))
    return sorted(known, key=lambda one: one.kind != ADDRESS_KIND[channel])


def draft(agency: Agency, told: story.Conversation, number: int, now: datetime) -> Draft:
    """Message `number`, counted from 1."""
    line = told.messages[number - 1]
    member = None if line.inbound else agency.members[line.sender]
    return Draft(
        direction=Message.Direction.INBOUND if line.inbound else Message.Direction.OUTBOUND,
        body=line.text(now),
        html=line.layout(now),
        subject=f"{'Re: ' if number > 1 else ''}{told.subject}" if told.subject else "",
        headers=tuple(line.headers.items()),
        external_id=_message_id(told, number),
        occurred_at=line.moment(now),
        author_id=member.pk if member else None,
        author_name=str(member.user) if member else told.lead.name,
        files=[File(each.name, each.content_type, each.content(now), each.content_id) for each in line.attachments],
    )


def _message_id(told: story.Conversation, number: int) -> str | None:
    """Mail has ids of its own, by which a later answer finds its thread."""
    return f"<{told.key}.{number}@parley.example>" if told.channel == Channel.EMAIL else None
