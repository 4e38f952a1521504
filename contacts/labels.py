"""Labels, on one contact or on a thousand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from accounts.actors import Actor
from activity.log import record, record_each
from activity.types import EventType
from contacts.models import Contact, ContactLabel, Label, Segment
from crm.errors import Conflict, Invalid
from crm.references import referred
from crm.versions import touch, touch_all, write

MOST = 1000
LONGEST_NAME = 60


@dataclass(frozen=True)
class Counts:
    """applied: contacts that changed; unchanged: had it (or lacked it) already; skipped: not there for this actor."""

    applied: int
    unchanged: int
    skipped: int


def create(*, actor: Actor, name: str, colour: str = "#6b7280") -> Label:
    """A new label. Raises Conflict where the workspace has one of this name, in whatever case."""
    actor.must_write()
    return _save(actor, Label(workspace=actor.workspace, name=name.strip(), colour=colour))


def change(*, actor: Actor, label: Label, **fields: Any) -> Label:
    actor.must_write()
    actor.must_see_all()
    try:
        with transaction.atomic():
            changed = write(label, **fields)
            if changed:
                record(actor, EventType.LABEL_UPDATED, label, name=label.name, changed_fields=changed)
    except IntegrityError:
        raise _taken(label) from None
    return label


@transaction.atomic
def delete(*, actor: Actor, label: Label, joined_with: Label | None = None) -> None:
    """The label comes off everything that bears it, and whoever was in a segment for it leaves that. joined_with: the
    one that whoever bore it bears by now."""
    actor.must_administer()
    actor.must_see_all()
    Segment.objects.filter(workspace=actor.workspace, filters__label=str(label.pk)).update(**Segment.ANEW)
    if joined_with is None:
        record(actor, EventType.LABEL_DELETED, label, name=label.name)
    else:
        record(actor, EventType.LABEL_JOINED, label, name=label.name, into=joined_with.name)
    label.delete()


def named(*, actor: Actor, name: str) -> Label:
    """The workspace's label of this name, made where there is none."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(fields={"label": [f"Must be 1 to {LONGEST_NAME} characters."]})
    # As the index compares them: in upper case, which `iexact` looks at, other letters are the same.
    alike = Label.objects.alias(folded=Lower("name")).filter(workspace=actor.workspace, folded=Lower(Value(name)))
    label = alike.first()
    if label is not None:
        return label
    try:
        return create(actor=actor, name=name)
    except Conflict:  # made by somebody else at the same moment
        return alike.get()


def all_named(*, actor: Actor, names: Collection[str]) -> dict[str, UUID]:
    """The same of many, by name: one query where all are there. Those that are not are made in the same order always,
    so that nobody waits in a circle."""
    wanted: dict[str, str] = {}
    for name in names:
        wanted.setdefault(name.lower(), name)
    alike = Label.objects.filter(workspace=actor.workspace).alias(folded=Lower("name")).filter(folded__in=wanted)
    found = {name.lower(): pk for pk, name in alike.values_list("pk", "name")} if wanted else {}
    for folded in sorted(wanted.keys() - found.keys()):
        found[folded] = named(actor=actor, name=wanted[folded]).pk
    return {name: found[name.lower()] for name in names}


def chosen(*, actor: Actor, label_id: UUID | None = None, name: str = "", make: bool = True) -> Label:
    """The label with this id, else of this name. Raises Invalid where there is none; by name, one is made unless `make`
    is off."""
    if label_id is not None:
        label = referred(Label.objects.visible_to(actor), label_id, field="label_id")
    elif make:
        return named(actor=actor, name=name)
    else:
        label = Label.objects.visible_to(actor).filter(name__iexact=name.strip()).first()
    if label is None:
        raise Invalid(fields={"label": [f"There is no label “{name}”."]})
    return label


@transaction.atomic
def relabel(*, actor: Actor, contact: Contact, names: Iterable[str]) -> None:
    """Give the contact the labels of these names and no others."""
    actor.must_write()
    wanted = {label.pk: label for label in (named(actor=actor, name=name) for name in names)}
    borne = set(ContactLabel.objects.filter(contact=contact).values_list("label_id", flat=True))
    ContactLabel.objects.filter(contact=contact).exclude(label__in=wanted).delete()
    rows = [ContactLabel(workspace=actor.workspace, contact=contact, label=wanted[pk]) for pk in wanted.keys() - borne]
    ContactLabel.objects.bulk_create(rows, ignore_conflicts=True)
    if wanted.keys() != borne:
        touch(contact)
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=["labels"])


def bulk_label(*, actor: Actor, contact_ids: Iterable[UUID], label: Label, attach: bool) -> Counts:
    """Put `label` on these contacts, or take it off: at most 1,000 at a time."""
    wanted = set(contact_ids)
    there, changed = put_on(actor=actor, contact_ids=wanted, label=label, attach=attach)
    return Counts(len(changed), len(there) - len(changed), len(wanted) - len(there))


@transaction.atomic
def put_on(
    *, actor: Actor, contact_ids: Iterable[UUID], label: Label, attach: bool
) -> tuple[list[Contact], list[Contact]]:
    """The same; returns those that are there, and those of them that changed."""
    actor.must_write()
    wanted = set(contact_ids)
    if len(wanted) > MOST:
        raise Invalid(fields={"contact_ids": [f"At most {MOST:,} contacts at a time."]})
    contacts = list(Contact.objects.visible_to(actor).filter(pk__in=wanted).order_by("pk").select_for_update())
    bearing = set(ContactLabel.objects.filter(contact__in=contacts, label=label).values_list("contact_id", flat=True))
    changing = [contact for contact in contacts if (contact.pk in bearing) != attach]
    if attach:
        rows = [ContactLabel(workspace=actor.workspace, contact=contact, label=label) for contact in changing]
        ContactLabel.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        ContactLabel.objects.filter(contact__in=changing, label=label).delete()
    touch_all(changing)
    record_each(actor, EventType.CONTACT_UPDATED, changing, changed_fields=["labels"])
    return contacts, changing


def _save(actor: Actor, label: Label) -> Label:
    try:
        with transaction.atomic():
            label.save(force_insert=True)
            record(actor, EventType.LABEL_CREATED, label, name=label.name)
    except IntegrityError:
        raise _taken(label) from None
    return label


def _taken(label: Label) -> Conflict:
    return Conflict(f"There is a label “{label.name}” already.", code="already_exists")
