"""How what one did to people is taken back (`activity.undoing`)."""

from typing import Any
from uuid import UUID

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from activity.undoing import Touched, undoes
from contacts import actions, holding, labels, merging, segments
from contacts.addresses import Address
from contacts.bulk import own
from contacts.joining import fields_of
from contacts.models import Contact, Identity, Label, Likeness, Merge, Segment, Suppression
from contacts.ownership import restore_fields, write_signed
from contacts.people import add_address, find
from contacts.suppression import of
from crm.errors import Conflict
from crm.transactions import insert_once
from crm.versions import touch, write

CHANGE, CREATE, DELETE = "contacts.change", "contacts.create", "contacts.delete"
LABEL, OWNER = "contacts.label", "contacts.owner"
ADDED, REMOVED, LIFTED = "contacts.address_added", "contacts.address_removed", "contacts.suppression_lifted"
SEGMENT_NEW, SEGMENT_NAME, SEGMENT_GONE = "contacts.segment", "contacts.segment_name", "contacts.segment_gone"
MERGE, UNMERGE, DISMISSED = "contacts.merge", "contacts.unmerge", "contacts.dismissed"


def _contact(actor: Actor, pk: str) -> Contact:
    found: Contact | None = Contact.objects.visible_to(actor).filter(pk=pk).select_for_update().first()
    if found is None:
        raise Conflict("This contact is not there any more.", code="gone")
    return found


def _touched(*ids: UUID | str) -> list[Touched]:
    return [Touched("contact", UUID(str(pk))) for pk in ids]


@undoes(CHANGE)
def _change(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    contact = _contact(actor, data["id"])
    left = restore_fields(contact, actor, before=data["before"], after=data["after"])
    if left:
        raise Conflict(f"Somebody changed {', '.join(left)} of {contact} since. Nothing was taken back.")
    Suppression.objects.visible_to(actor).filter(pk__in=data.get("suppressed", [])).delete()
    return _touched(contact.pk)


@undoes(CREATE)
def _create(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    contact = _contact(actor, data["id"])
    if fields_of(contact) != data["after"]:
        raise Conflict(f"Somebody changed {contact} since. Delete them by hand, if they should go.")
    actions.delete(actor=actor, contact=contact)
    return _touched(contact.pk)


@undoes(DELETE)
def _delete(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    rows = Contact.objects.filter(workspace=actor.workspace, pk=data["id"], erased_at=None, merged_into=None)
    contact = rows.select_for_update().first()
    if contact is None or not actor.sees(contact.client_id):
        raise Conflict("This contact is gone for good.", code="gone")
    if contact.deleted_at is not None:
        write(contact, deleted_at=None)
        record(actor, EventType.CONTACT_CREATED, contact)
    return _touched(contact.pk)


@undoes(LABEL)
def _label(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    label = Label.objects.visible_to(actor).filter(pk=data["label"]).first()
    if label is None:
        raise Conflict("This label was deleted since.", code="gone")
    ids = [UUID(pk) for pk in data["ids"]]
    labels.put_on(actor=actor, contact_ids=ids, label=label, attach=not data["attach"])
    return _touched(*ids)


def _segment(actor: Actor, pk: str) -> Segment:
    found: Segment | None = Segment.objects.visible_to(actor).filter(pk=pk).select_for_update().first()
    if found is None:
        raise Conflict("This segment is not there any more.", code="gone")
    return found


@undoes(SEGMENT_NEW)
def _segment_new(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    segments.delete(actor=actor, segment=_segment(actor, data["id"]))
    return []


@undoes(SEGMENT_NAME)
def _segment_name(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    segment = _segment(actor, data["id"])
    if segment.name != data["after"]:
        raise Conflict("Somebody renamed this segment since. Nothing was taken back.")
    segments.change(actor=actor, segment=segment, name=data["before"])
    return [Touched("segment", segment.pk)]


@undoes(SEGMENT_GONE)
def _segment_gone(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    segment = segments.restore(actor=actor, segment_id=UUID(data["id"]))
    return [Touched("segment", segment.pk)]


@undoes(OWNER)
def _owner(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    own(actor, data["before"], expected=data["after"])
    return _touched(*data["before"])


@undoes(ADDED)
def _added(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    contact = _contact(actor, data["id"])
    identity = Identity.objects.filter(pk=data["identity"], contact=contact).first()
    if identity is not None:
        holding.remove(actor=actor, contact=contact, identity=identity)
    return _touched(contact.pk)


@undoes(REMOVED)
def _removed(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    contact = _contact(actor, data["id"])
    one = Address(data["kind"], data["value"], data["written"])
    if add_address(actor=actor, contact=contact, address=one) is None:
        raise holding.Taken(one, find(actor=actor, client_id=contact.client_id, address=one))
    if data["primary"] and write_signed(contact, actor, **{one.kind: one.value}):
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=[one.kind])
    return _touched(contact.pk)


@undoes(LIFTED)
def _lifted(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    contact = _contact(actor, data["id"])
    for row in data["rows"]:
        insert_once(Suppression(workspace=contact.workspace, client_id=contact.client_id, **row))
    changed = write_signed(contact, actor, status=data["status"]) if of(contact) or data["status"] else []
    touch(contact)
    record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=sorted({*changed, "suppression"}))
    return _touched(contact.pk)


@undoes(MERGE)
def _merge(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    done = Merge.objects.filter(workspace=actor.workspace, pk=data["merge"]).select_related("winner").first()
    if done is None or not actor.sees(done.winner.client_id):
        raise Conflict("This merge cannot be taken apart any more.", code="gone")
    loser, _ = merging.unmerge(actor=actor, done=done)
    return _touched(done.winner_id, loser.pk)


@undoes(UNMERGE)
def _unmerge(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    winner, loser = _contact(actor, data["winner"]), _contact(actor, data["loser"])
    merging.merge(actor=actor, winner=winner, loser=loser, taken=data["taken"])
    return _touched(winner.pk, loser.pk)


@undoes(DISMISSED)
def _dismissed(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    Likeness.objects.visible_to(actor).filter(pk=data["pair"]).update(dismissed_at=None, dismissed_by="")
    return []
