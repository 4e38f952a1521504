"""Follow-ups of another Parley: MisarMail has none. A deal's health hangs on them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from contacts.models import Contact
from inbox import follow_ups
from inbox.models import Conversation, FollowUp
from integrations.base import Connected, Tally
from integrations.links import outside_id
from integrations.misarmail import threads, users
from integrations.misarmail.counting import count
from integrations.misarmail.people import contacts_of
from integrations.misarmail.reading import Said, moment, prose, words
from integrations.misarmail.seen import news
from integrations.misarmail.sides import Sides
from integrations.models import Link

KIND = "follow_up"


def take(connected: Connected, said: Sequence[Said]) -> Tally:
    tally, sides = Tally(), Sides(connected)
    ids = [words(one, "id") for one in said]
    links = {
        row.external_id: row
        for row in Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=ids)
    }
    for one in said:
        row = links.get(words(one, "id"))
        count(tally, partial(_again, connected, one, row) if row else partial(_met, connected, one, sides))
    return tally


def _met(connected: Connected, said: Said, sides: Sides) -> str:
    conversation = _conversation(connected, words(said, "conversation_id"))
    contact = conversation.contact if conversation else _contact(connected, said, sides)
    due_at = moment(said, "due_at")
    if contact is None or due_at is None:
        return "failed"
    made = _ours_already(connected, said, contact)
    follow_up = made or follow_ups.create(
        actor=connected.actor, due_at=due_at, contact_id=contact.pk,
        conversation_id=conversation.pk if conversation else None, note=prose(said, "note")[:20_000],
        source=_source(said),
    )  # fmt: skip
    row = Link.objects.create(
        workspace=connected.workspace, connection=connected.connection, kind=KIND, external_id=words(said, "id"),
        subject_id=follow_up.pk, data={"seen": {} if made else _ours(connected, follow_up)},
    )  # fmt: skip
    if made is None and (since := moment(said, "created_at")) and since < follow_up.created_at:
        FollowUp.objects.filter(pk=follow_up.pk).update(created_at=since)
    outcome = _again(connected, said, row)
    return "new" if made is None else outcome


def _again(connected: Connected, said: Said, row: Link) -> str:
    theirs = _theirs(said)
    if theirs == row.data["seen"]:
        return "same"
    follow_up = FollowUp.objects.filter(pk=row.subject_id).first()
    if follow_up is None:
        return "same"  # deleted here
    ours = _ours(connected, follow_up)
    written = news(
        theirs=theirs, seen=row.data["seen"], ours=ours, theirs_at=moment(said, "updated_at"),
        ours_at=follow_up.updated_at,
    )  # fmt: skip
    if written:
        follow_ups.change(actor=connected.actor, follow_up=follow_up, **_fields(connected, follow_up, said, written))
    row.data = {"seen": theirs}
    row.save(update_fields=["data"])
    return "changed" if written else "same"


def _theirs(said: Said) -> dict[str, Any]:
    due_at = moment(said, "due_at")
    return {
        "due_at": due_at.isoformat() if due_at else None, "note": prose(said, "note")[:20_000],
        "done": said.get("done") is True, "owner": words(said, "owner") or None,
    }  # fmt: skip


def _ours(connected: Connected, follow_up: FollowUp) -> dict[str, Any]:
    owner = follow_up.owner_id
    return {
        "due_at": follow_up.due_at.isoformat(), "note": follow_up.note, "done": follow_up.done_at is not None,
        "owner": outside_id(connected.connection, users.KIND, owner) if owner else None,
    }  # fmt: skip


def _fields(connected: Connected, follow_up: FollowUp, said: Said, written: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: written[name] for name in ("note", "done") if name in written}
    if written.get("due_at"):
        fields["due_at"] = moment(said, "due_at")
    if "owner" in written:
        member = users.able(connected, written["owner"], follow_up.client_id)
        if member is not None or written["owner"] is None:
            fields["owner_id"] = member.pk if member else None
    return fields


def _ours_already(connected: Connected, said: Said, contact: Contact) -> FollowUp | None:
    """The one that they copied from us: of the same person, with the same words for the same moment."""
    taken = Link.objects.filter(connection=connected.connection, kind=KIND)
    rows = FollowUp.objects.visible_to(connected.actor).filter(contact=contact, note=prose(said, "note")[:20_000])
    found: FollowUp | None = (
        rows.filter(due_at=moment(said, "due_at")).exclude(pk__in=taken.values("subject_id")).first()
    )
    return found


def _conversation(connected: Connected, their_id: str) -> Conversation | None:
    links = Link.objects.filter(connection=connected.connection, kind=threads.KIND, external_id=their_id)
    found: Conversation | None = Conversation.objects.filter(pk__in=links.values("subject_id")).first()
    return found


def _contact(connected: Connected, said: Said, sides: Sides) -> Contact | None:
    their_id = words(said, "contact_id")
    found: UUID | None = contacts_of(connected, sides.of(words(said, "client_id")), [their_id]).get(their_id)
    return Contact.objects.filter(pk=found).first() if found else None


def _source(said: Said) -> str:
    source = words(said, "source")
    return source if source in FollowUp.Source.values else FollowUp.Source.AGENT.value
