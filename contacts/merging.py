"""Two records of one person joined into one, and taken apart again.

Whatever table points at a contact follows it, in whichever room it lives: the foreign keys themselves say which tables.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, ForeignKey, Model, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.models import Contact, ContactLabel, Merge
from contacts.ownership import write_signed
from crm.errors import Conflict, Invalid
from crm.versions import write

_FILLED = ("name", "email", "phone", "company", "owner_id")
_KEPT = (*_FILLED, "custom_fields", "status")


@transaction.atomic
def merge(*, actor: Actor, winner: Contact, loser: Contact) -> Merge:
    """Join `loser` into `winner`: addresses, conversations, deals, follow-ups and labels move, empty fields are filled.

    Locks both. Raises Invalid for a contact with itself or across clients, Conflict where one was merged meanwhile.
    """
    actor.must_write()
    if winner.pk == loser.pk:
        raise Invalid(fields={"contact_id": ["A contact cannot be merged with itself."]})
    if winner.client_id != loser.client_id:
        raise Invalid(fields={"contact_id": ["Contacts of different clients stay apart."]})
    winner, loser = _locked(winner, loser)
    before = _fields(winner)
    moved = {model._meta.label: _move(model, loser, winner) for model in _followers()}
    labels = _copy_labels(winner, loser)
    write_signed(winner, actor, **_taken_over(winner, loser))
    Contact.objects.filter(pk=winner.pk).update(
        last_activity_at=Greatest("last_activity_at", Value(loser.last_activity_at))
    )
    write(loser, merged_into=winner)
    done = Merge.objects.create(
        workspace=winner.workspace, winner=winner, loser=loser, merged_by=actor.name,
        moved={"rows": moved, "labels": labels, "before": before, "after": _fields(winner)},
    )  # fmt: skip
    record(actor, EventType.CONTACT_MERGED, winner, merged_id=loser.pk, merge_id=done.pk)
    return done


@transaction.atomic
def unmerge(*, actor: Actor, done: Merge) -> tuple[Contact, list[str]]:
    """Take a merge apart. Returns the contact that is back, and the winner's fields that were edited since the merge
    and so were left as they are. What came after the merge goes to whom its address belongs."""
    actor.must_write()
    rows = Merge.objects.filter(pk=done.pk, unmerged_at=None)
    if not rows.update(unmerged_at=timezone.now()):
        raise Conflict("This merge was taken apart already.", code="already_unmerged")
    both = Contact.objects.filter(pk__in=[done.winner_id, done.loser_id]).order_by("pk").select_for_update()
    found = {contact.pk: contact for contact in both}
    winner, loser = found[done.winner_id], found[done.loser_id]
    if winner.merged_into_id is not None:
        raise Conflict(f"{winner} was itself merged since. Take that merge apart first.", code="merged_since")
    write(loser, merged_into=None)
    _move_back(done, winner, loser)
    ContactLabel.objects.filter(contact=winner, label__in=done.moved["labels"]).delete()
    edited = _restore_fields(done, winner, actor)
    record(actor, EventType.CONTACT_UNMERGED, winner, unmerged_id=loser.pk, merge_id=done.pk)
    return loser, edited


def _locked(winner: Contact, loser: Contact) -> tuple[Contact, Contact]:
    rows = Contact.objects.filter(pk__in=[winner.pk, loser.pk], merged_into=None, deleted_at=None)
    found = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    if len(found) < 2:
        raise Conflict("One of the two contacts was merged or deleted meanwhile.", code="already_merged")
    return found[winner.pk], found[loser.pk]


def _taken_over(winner: Contact, loser: Contact) -> dict[str, Any]:
    """The fields of the winner that change: empty ones are filled. Who must not be written to stays so."""
    changes = {name: getattr(loser, name) for name in _FILLED if not getattr(winner, name) and getattr(loser, name)}
    if loser.status == Contact.Status.UNSUBSCRIBED:
        changes["status"] = loser.status
    return {**changes, "custom_fields": {**loser.custom_fields, **winner.custom_fields}}


def _followers() -> Iterator[type[Model]]:
    """The tables whose rows hang on a contact by a field called `contact`; addresses first, then what refers to
    them."""
    for relation in Contact._meta.related_objects:
        model = relation.related_model
        if relation.field.name == "contact" and model is not ContactLabel and isinstance(model, type):
            yield model


def _move(model: type[Model], source: Contact, target: Contact) -> list[str]:
    rows = model._base_manager.filter(contact=source)
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    _repoint(model, ids, source, target)
    return ids


def _repoint(model: type[Model], ids: list[str], source: Contact, target: Contact) -> None:
    """What hangs on somebody else by now stays with them."""
    names = {field.name for field in model._meta.fields}
    changes: dict[str, Any] = {"contact": target}
    if "version" in names:
        changes |= {"version": F("version") + 1, "updated_at": timezone.now()}
    model._base_manager.filter(pk__in=ids, contact=source).update(**changes)


def _move_back(done: Merge, winner: Contact, loser: Contact) -> None:
    """First what moved in the merge; then what came later to one of these addresses, or hangs on such a
    conversation."""
    moved: dict[str, list[str]] = done.moved["rows"]
    back = {model: set(moved.get(model._meta.label, [])) for model in _followers()}
    for name in ("identity", "conversation"):
        for model, parent in _referring(back, name):
            later = model._base_manager.filter(contact=winner, **{f"{name}__in": back[parent]})
            back[model] |= {str(pk) for pk in later.values_list("pk", flat=True)}
    for model, ids in back.items():
        _repoint(model, sorted(ids), winner, loser)


def _referring(models: Iterable[type[Model]], name: str) -> Iterator[tuple[type[Model], type[Model]]]:
    """Those of `models` that have a foreign key called `name`, each with the model it points at."""
    for model in models:
        for field in model._meta.fields:
            if field.name == name and isinstance(field, ForeignKey):
                yield model, field.related_model


def _copy_labels(winner: Contact, loser: Contact) -> list[str]:
    theirs = ContactLabel.objects.filter(contact=winner).values("label")
    new = ContactLabel.objects.filter(contact=loser).exclude(label__in=theirs)
    rows = [ContactLabel(workspace=winner.workspace, contact=winner, label_id=row.label_id) for row in new]
    ContactLabel.objects.bulk_create(rows)
    return [str(row.label_id) for row in rows]


def _restore_fields(done: Merge, winner: Contact, actor: Actor) -> list[str]:
    before, after = done.moved["before"], done.moved["after"]
    edited = sorted(name for name in before if _plain(getattr(winner, name)) != after[name])
    restored = {name: value for name, value in before.items() if name not in edited and value != after[name]}
    write_signed(winner, actor, **restored)
    return edited


def _fields(contact: Contact) -> dict[str, Any]:
    return {name: _plain(getattr(contact, name)) for name in (*_FILLED, "custom_fields")}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | dict) else str(value)
