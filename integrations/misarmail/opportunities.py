"""Deals of theirs. One that our own reaction opened for the same conversation is the same deal."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from contacts.addresses import EMAIL, Address
from contacts.models import Contact
from contacts.people import find_or_create
from deals import actions
from deals.models import Deal
from inbox.composing import notes
from inbox.models import Conversation
from integrations.base import Connected, Tally
from integrations.links import outside_id
from integrations.misarmail import threads, users
from integrations.misarmail.calls import TITLE
from integrations.misarmail.counting import count
from integrations.misarmail.people import contacts_of
from integrations.misarmail.placing import placed
from integrations.misarmail.seen import news
from integrations.misarmail.sides import Sides
from integrations.misarmail.theirs import Opportunity
from integrations.models import Link

KIND = "deal"
_PLAIN = ("title", "value", "currency", "notes", "lost_reason")


def take(connected: Connected, theirs: Sequence[Opportunity]) -> Tally:
    """Those of nobody that is known here are counted as failed."""
    tally, sides = Tally(), Sides(connected)
    links = {one.external_id: one for one in _links(connected, KIND, [each.id for each in theirs])}
    begun = _links(connected, threads.KIND, [each.conversation_id for each in theirs])
    conversations = Conversation.objects.in_bulk([one.subject_id for one in begun])
    known = {one.external_id: conversations.get(one.subject_id) for one in begun}
    for each in {one.id: one for one in theirs}.values():
        row = links.get(each.id)
        met = partial(_met, connected, each, known.get(each.conversation_id), sides)
        count(tally, partial(_again, connected, each, row) if row else met)
    return tally


def _links(connected: Connected, kind: str, ids: Sequence[str]) -> list[Link]:
    wanted = [one for one in ids if one]
    return list(Link.objects.filter(connection=connected.connection, kind=kind, external_id__in=wanted))


def _met(connected: Connected, theirs: Opportunity, conversation: Conversation | None, sides: Sides) -> str:
    contact = conversation.contact if conversation else _contact(connected, theirs, sides.of(theirs.client_id))
    if contact is None:
        return "failed"
    deal = _ours_already(connected, theirs, conversation, contact)
    made = deal is None
    if deal is None:
        deal = _open(connected, theirs, conversation, contact)
    row = Link(
        workspace=connected.workspace, connection=connected.connection, kind=KIND, external_id=theirs.id,
        subject_id=deal.pk, data={},
    )  # fmt: skip
    row.save(force_insert=True)
    outcome = _again(connected, theirs, row, is_fresh=made or _is_untouched(deal))
    return "new" if made else outcome


def _contact(connected: Connected, theirs: Opportunity, side: UUID | None) -> Contact | None:
    found = contacts_of(connected, side, [theirs.contact_id]).get(theirs.contact_id)
    if found is not None:
        return Contact.objects.filter(pk=found).first()
    if not theirs.email:
        return None
    addresses = [Address(EMAIL, theirs.email.lower(), theirs.email)]
    contact, _ = find_or_create(
        actor=connected.actor, client_id=side, addresses=addresses, name=theirs.name, source=TITLE
    )  # fmt: skip
    return contact


def _ours_already(
    connected: Connected, theirs: Opportunity, conversation: Conversation | None, contact: Contact
) -> Deal | None:
    """A deal of ours that is none of theirs yet: of the same conversation, by preference under the same title; without
    one, of the same person and title."""
    taken = Link.objects.filter(connection=connected.connection, kind=KIND)
    rows = Deal.objects.visible_to(connected.actor).filter(contact=contact, conversation=conversation)
    free = list(rows.exclude(pk__in=taken.values("subject_id")).select_related("stage").order_by("created_at"))
    title = theirs.state.get("title")
    named = next((deal for deal in free if deal.title == title), None)
    return named or (next(iter(free), None) if conversation else None)


def _is_untouched(deal: Deal) -> bool:
    """Nobody here has changed what our reaction opened: then theirs is how it stands."""
    first = deal.stage_changes.order_by("changed_at").first()
    return deal.version == 1 and first is not None and first.actor_kind != "person"


def _open(
    connected: Connected, theirs: Opportunity, conversation: Conversation | None, contact: Contact
) -> Deal:  # fmt: skip
    told = theirs.state
    at = theirs.stage_since or theirs.created_at or connected.actor.now
    deal = actions.create(
        actor=connected.actor.back_at(at), conversation_id=conversation.pk if conversation else None,
        contact_id=contact.pk, stage=placed(connected.workspace, told.get("stage", "new")).key,
        title=told.get("title") or contact.company or str(contact), value=told.get("value", 0),
        currency=told.get("currency", ""), notes=told.get("notes", ""),
    )  # fmt: skip
    since = {"created_at": theirs.created_at or deal.created_at}
    if deal.closed_at and theirs.closed_at:
        since["closed_at"] = theirs.closed_at
    Deal.objects.filter(pk=deal.pk).update(**since)
    deal.refresh_from_db()
    return deal


def _again(connected: Connected, theirs: Opportunity, row: Link, *, is_fresh: bool = False) -> str:
    """Write what is news. is_fresh: nothing here stands against it."""
    if theirs.state == row.data.get("seen"):
        return "same"
    deal = Deal.objects.select_related("stage").filter(pk=row.subject_id).first()
    if deal is None:
        return "same"
    seen: dict[str, Any] = row.data.get("seen", {})
    ours = _ours(connected, deal, seen)
    written = news(
        theirs=theirs.state, seen=ours if is_fresh else seen, ours=ours, theirs_at=theirs.changed_at,
        ours_at=deal.updated_at,
    )  # fmt: skip
    if written:
        _write(connected, deal, theirs, written)
    row.data = {"seen": {**seen, **theirs.state}}
    row.save(update_fields=["data"])
    return "changed" if written else "same"


def _ours(connected: Connected, deal: Deal, seen: Mapping[str, Any]) -> dict[str, Any]:
    """As it stands here, in their terms: a stage that stands for one of theirs is that one."""
    stage = deal.stage.key
    if "stage" in seen and placed(connected.workspace, seen["stage"]).pk == deal.stage_id:
        stage = seen["stage"]
    day, owner = deal.expected_close_on, deal.owner_id
    return {name: getattr(deal, name) for name in _PLAIN} | {
        "stage": stage,
        "expected_close_on": day.isoformat() if day else None,
        "owner": outside_id(connected.connection, users.KIND, owner) if owner else None,
    }


def _write(connected: Connected, deal: Deal, theirs: Opportunity, written: Mapping[str, Any]) -> None:
    fields: dict[str, Any] = {name: written[name] for name in _PLAIN if name in written}
    if "expected_close_on" in written:
        day = written["expected_close_on"]
        fields["expected_close_on"] = date.fromisoformat(day) if day else None
    if "owner" in written:
        fields |= _owner(connected, deal, written["owner"])
    actor = connected.actor
    if "stage" in written:
        stage = placed(connected.workspace, written["stage"])
        if stage.pk != deal.stage_id:
            fields["stage"] = stage.key
            actor = actor.back_at(min(theirs.stage_since or actor.now, actor.now))
        if stage.key != written["stage"]:
            _tell(connected, deal, written["stage"], stage.name)
    deal = actions.change(actor=actor, deal=deal, **fields)
    if "stage" in fields and theirs.closed_at and deal.closed_at:
        Deal.objects.filter(pk=deal.pk).update(closed_at=theirs.closed_at)


def _owner(connected: Connected, deal: Deal, their_id: str | None) -> dict[str, Any]:
    member = users.able(connected, their_id, deal.client_id)
    return {"owner_id": member.pk if member else None} if member or their_id is None else {}


def _tell(connected: Connected, deal: Deal, key: str, name: str) -> None:
    """Whoever works on it learns that the stage is not quite theirs."""
    if deal.conversation is not None:
        words = f"{connected.connection.name} has “{deal.title}” in the stage “{key}”, which this board does not have: "
        notes.write(actor=connected.actor, conversation=deal.conversation, body=f"{words}it stands in {name} here.")
