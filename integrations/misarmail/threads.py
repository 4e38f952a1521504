"""Conversations of theirs. A page of them makes those that are new, and notes of which the messages must be looked at;
what people changed there is written once the messages are here, since a message changes it too."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from clients.models import Campaign
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.people import find_or_create
from crm.errors import Invalid
from inbox.channels import ADDRESS_KIND
from inbox.models import Conversation
from inbox.opening import open_conversation
from integrations.base import Connected, Tally
from integrations.misarmail import campaigns, people, upkeep
from integrations.misarmail.calls import TITLE
from integrations.misarmail.counting import count
from integrations.misarmail.people import SYSTEM
from integrations.misarmail.sides import Sides
from integrations.misarmail.theirs import Thread
from integrations.models import Link

KIND = "conversation"
# A conversation that a webhook began, and of which the other side's id is not known yet.
BEGUN = "begun"
NEARBY = timedelta(minutes=10)


def take(connected: Connected, theirs: Sequence[Thread], *, is_full: bool) -> Tally:
    """is_full: look at the messages of every one, not only of those that seem to have new ones."""
    tally, links = Tally(), {one.external_id: one for one in _links(connected, theirs)}
    sides = Sides(connected)
    known = _Known(connected, sides, [each for each in theirs if each.id not in links])
    for each in {one.id: one for one in theirs}.values():
        row = links.get(each.id)
        again = partial(_again, connected, each, row, is_full=is_full) if row else partial(known.meet, each)
        count(tally, again)
    return tally


def _links(connected: Connected, theirs: Sequence[Thread]) -> Sequence[Link]:
    ids = [each.id for each in theirs]
    return list(Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=ids))


def _again(connected: Connected, theirs: Thread, row: Link, *, is_full: bool) -> str:
    said = said_of(theirs)
    if not is_full and said == row.data.get("said"):
        return "same"
    behind = is_full or theirs.marks != row.data.get("marks")
    row.data |= {"said": said, "behind": behind}
    conversation = Conversation.objects.filter(pk=row.subject_id).first()
    changed = conversation is not None and not behind and upkeep.follow(connected, row, conversation)
    row.save(update_fields=["data"])
    return "changed" if changed or theirs.marks != row.data.get("marks") else "same"


def said_of(theirs: Thread) -> dict[str, Any]:
    """What is kept of a conversation as they tell it, until its messages were looked at."""
    return {
        "state": theirs.state, "judged": theirs.judged, "marks": theirs.marks, "name": theirs.name,
        "changed_at": theirs.changed_at.isoformat() if theirs.changed_at else None,
        "judges_lines": "turn" in theirs.state,
    }  # fmt: skip


class _Known:
    """What new conversations of a page refer to, looked up for all of them at once."""

    def __init__(self, connected: Connected, sides: Sides, theirs: Sequence[Thread]) -> None:
        self._connected, self._sides = connected, sides
        by_side: dict[UUID | None, list[str]] = defaultdict(list)
        for each in theirs:
            by_side[sides.of(each.client_id)].append(each.contact_id)
        self._contacts = {side: people.contacts_of(connected, side, ids) for side, ids in by_side.items()}
        origins = campaigns.of(connected, [each.campaign_id for each in theirs if each.campaign_id])
        standing = Campaign.objects.in_bulk([one.subject_id for one in origins])
        self._campaigns = {one.external_id: standing.get(one.subject_id) for one in origins}
        self._standing = _standing(connected, theirs)

    def meet(self, theirs: Thread) -> str:
        """new where it is made; same where it is ours: copied by them, or begun here by a webhook."""
        side = self._sides.of(theirs.client_id)
        ours = self._standing.get(theirs.id) or self._standing.get(theirs.external_id)
        begun = None if ours else self._begun(theirs, side)
        conversation = ours or begun or self._open(theirs, side)
        data = {"said": said_of(theirs), "behind": True, "adopted": ours is not None}
        Link.objects.create(
            workspace=self._connected.workspace, connection=self._connected.connection, kind=KIND,
            external_id=theirs.id, subject_id=conversation.pk, data=data,
        )  # fmt: skip
        return "same" if ours or begun else "new"

    def _open(self, theirs: Thread, side: UUID | None) -> Conversation:
        contact = self._contacts[side].get(theirs.contact_id) or self._introduced(theirs, side)
        conversation, _ = open_conversation(
            actor=self._connected.actor, channel=theirs.channel, contact_id=contact, client_id=side,
            lead_email=theirs.email, lead_phone=theirs.phone, external_id=theirs.id, subject=theirs.subject,
            campaign_id=self._campaign(theirs, side),
        )  # fmt: skip
        _backdate(conversation, theirs.created_at, theirs.last_at)
        return conversation

    def _campaign(self, theirs: Thread, side: UUID | None) -> UUID | None:
        campaign = self._campaigns.get(theirs.campaign_id)
        return campaigns.on_side(self._connected, campaign, side).pk if campaign else None

    def _introduced(self, theirs: Thread, side: UUID | None) -> UUID:
        """Whoever the conversation is with, where no contact of theirs was listed: by its address, or by what it is
        called."""
        region = self._connected.workspace.region
        told = [(EMAIL, theirs.email), (PHONE, theirs.phone), (SYSTEM, theirs.contact_id or f"lead:{theirs.id}")]
        found = [one for kind, text in told if text and (one := _usable(kind, text, region))]
        found.sort(key=lambda one: one.kind != ADDRESS_KIND[theirs.channel])
        contact, _ = find_or_create(
            actor=self._connected.actor, client_id=side, addresses=found, name=theirs.name, source=TITLE,
            active_at=theirs.last_at or theirs.created_at,
        )  # fmt: skip
        return contact.pk

    def _begun(self, theirs: Thread, side: UUID | None) -> Conversation | None:
        """One that a webhook began here, with this person, about this."""
        contact = self._contacts[side].get(theirs.contact_id)
        begun = Link.objects.filter(connection=self._connected.connection, kind=BEGUN)
        rows = Conversation.objects.filter(pk__in=begun.values("subject_id"), channel=theirs.channel)
        for row in rows.filter(contact=contact) if contact else ():
            if row.subject == theirs.subject or _near(row.last_message_at, theirs.last_at):
                begun.filter(subject_id=row.pk).delete()
                found: Conversation = row
                return found
        return None


def _standing(connected: Connected, theirs: Sequence[Thread]) -> Mapping[str, Conversation]:
    """Those of ours that bear their id, and those whose copy they list: by that id."""
    visible = Conversation.objects.visible_to(connected.actor)
    copied = visible.in_bulk([pk for each in theirs if (pk := as_id(each.external_id))])
    borne = visible.filter(connection=None, external_id__in=[each.id for each in theirs])
    return {str(pk): row for pk, row in copied.items()} | {row.external_id: row for row in borne}


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _usable(kind: str, text: str, region: str) -> Address | None:
    try:
        return address(kind, text, region=region)
    except Invalid:
        return None


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= NEARBY


def _backdate(conversation: Conversation, created_at: datetime | None, last_at: datetime | None) -> None:
    """It is as old as it is there."""
    if created_at and created_at < conversation.created_at:
        sorted_at = min(last_at or created_at, conversation.sorted_at)
        Conversation.objects.filter(pk=conversation.pk).update(created_at=created_at, sorted_at=sorted_at)
