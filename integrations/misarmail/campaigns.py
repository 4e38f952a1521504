"""Campaigns of theirs, taken in on their client's side."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from clients import actions
from clients.models import Campaign
from integrations.base import Connected, Tally
from integrations.links import link
from integrations.misarmail.counting import count
from integrations.misarmail.seen import news
from integrations.misarmail.sides import Sides
from integrations.misarmail.theirs import Origin
from integrations.models import Link

KIND = "campaign"


def take(connected: Connected, theirs: Sequence[Origin]) -> Tally:
    sides, tally = Sides(connected), Tally()
    links = {one.external_id: one for one in of(connected, [each.id for each in theirs])}
    for each in theirs:
        row = links.get(each.id)
        count(tally, partial(_again, connected, each, row) if row else partial(_met, connected, each, sides))
    return tally


def on_side(connected: Connected, campaign: Campaign, side: UUID | None) -> Campaign:
    """The campaign, or on another side of a wall its twin of the same name: theirs are not always of one client."""
    if campaign.client_id == side:
        return campaign
    return _named(connected, side, campaign.name) or actions.create_campaign(
        actor=connected.actor, name=campaign.name, client_id=side, subject=campaign.subject, status=campaign.status,
        sent_at=campaign.sent_at,
    )  # fmt: skip


def of(connected: Connected, ids: Sequence[str]) -> list[Link]:
    return list(Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=ids))


def _again(connected: Connected, theirs: Origin, row: Link) -> str:
    said = _said(theirs)
    campaign = Campaign.objects.filter(pk=row.subject_id).first() if said != row.data else None
    if campaign is None:
        return "same"  # or deleted here
    ours = {name: getattr(campaign, name) for name in (*theirs.fields, "name")} | {"sent_at": _iso(campaign.sent_at)}
    written = news(theirs=said, seen=row.data, ours=ours)
    if "name" in written and _named(connected, campaign.client_id, written["name"]) not in (None, campaign):
        del written["name"]
    fields = {**theirs.fields, "name": theirs.name}
    if written:
        actions.change_campaign(
            actor=connected.actor, campaign=campaign, **{name: fields[name] for name in written}
        )  # fmt: skip
    Link.objects.filter(pk=row.pk).update(data=said)
    return "changed" if written else "same"


def _met(connected: Connected, theirs: Origin, sides: Sides) -> str:
    side, name = sides.of(theirs.client_id), theirs.name or theirs.id
    known = _named(connected, side, name)
    campaign = known or actions.create_campaign(
        actor=connected.actor, name=name, client_id=side, **theirs.fields
    )  # fmt: skip
    if known is None and theirs.created_at and theirs.created_at < campaign.created_at:
        Campaign.objects.filter(pk=campaign.pk).update(created_at=theirs.created_at)
    link(connected.connection, KIND, theirs.id, campaign.pk, **_said(theirs))
    return "same" if known else "new"


def _named(connected: Connected, side: UUID | None, name: str) -> Campaign | None:
    found: Campaign | None = Campaign.objects.filter(
        workspace=connected.workspace, client=side, name__iexact=name
    ).first()
    return found


def _said(theirs: Origin) -> dict[str, Any]:
    return {**theirs.fields, "name": theirs.name, "sent_at": _iso(theirs.fields.get("sent_at"))}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
