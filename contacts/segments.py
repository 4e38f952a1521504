"""Filters of contacts that are kept under a name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from clients.scope import client_for
from contacts import labels
from contacts.bulk import matching
from contacts.filters import ContactFilters
from contacts.membership import refresh
from contacts.models import Label, Segment
from crm.api.fields import read_id
from crm.errors import Conflict, Invalid, NotFound
from crm.filters import IdOrNoneFilter
from crm.nudge import nudge
from crm.references import referred
from crm.versions import write

LONGEST_NAME = 100
# What a segment cannot be narrowed by: another one, which could be itself; the client, which it has anyway.
NOT_KEPT = frozenset({"segment_id", "client_id"})
FILTERS = tuple(name for name in ContactFilters.base_filters if name not in NOT_KEPT)


@transaction.atomic
def create(*, actor: Actor, name: str, filters: Mapping[str, Any], client_id: UUID | None = None) -> Segment:
    """A new segment; who belongs to it is found at once where they are few, else by a worker. Raises Invalid for
    filters that cannot be used, Conflict where there is one of this name."""
    actor.must_write()
    segment = Segment(
        workspace=actor.workspace, client_id=client_for(actor, client_id), name=_name(name),
        filters=checked(actor, filters),
    )  # fmt: skip
    try:
        with transaction.atomic():
            segment.save(force_insert=True)
    except IntegrityError:
        raise _taken(segment.name) from None
    return _found(segment)


@transaction.atomic
def change(*, actor: Actor, segment: Segment, **fields: Any) -> Segment:
    """Write `name` and `filters`, where they are given."""
    actor.must_write()
    changes: dict[str, Any] = {"name": _name(fields["name"])} if "name" in fields else {}
    if "filters" in fields:
        changes["filters"] = checked(actor, fields["filters"])
        if changes["filters"] != segment.filters:
            changes |= Segment.ANEW
    try:
        with transaction.atomic():
            write(segment, **changes)
    except IntegrityError:
        raise _taken(changes["name"]) from None
    return _found(segment) if segment.refreshed_at is None else segment


@transaction.atomic
def delete(*, actor: Actor, segment: Segment) -> None:
    """The segment is gone from every list, and its members leave it. The contacts stay as they are."""
    actor.must_write()
    write(segment, deleted_at=timezone.now(), **Segment.ANEW)
    _found(segment)


@transaction.atomic
def restore(*, actor: Actor, segment_id: UUID) -> Segment:
    """Take a deletion back. Raises Conflict where its name is another's by now, NotFound where it is gone for good."""
    actor.must_write()
    rows = Segment.objects.filter(workspace=actor.workspace, pk=segment_id).select_for_update()
    segment: Segment | None = rows.first()
    if segment is None or not actor.sees(segment.client_id):
        raise NotFound("This segment is gone for good.")
    try:
        with transaction.atomic():
            write(segment, deleted_at=None, **Segment.ANEW)
    except IntegrityError:
        raise _taken(segment.name) from None
    return _found(segment)


def follow_label(*, label: Label, into: Label) -> None:
    """`label` is joined into another one: who was in a segment for it is so for that."""
    for segment in Segment.objects.filter(workspace=label.workspace, filters__label=str(label.pk)).select_for_update():
        write(segment, filters={**segment.filters, "label": str(into.pk)}, **Segment.ANEW)


def checked(actor: Actor, filters: Mapping[str, Any]) -> dict[str, str]:
    """The filters as they are kept: a label by its id, so that it can be renamed. Raises Invalid, under `filters`."""
    given = {name: value for name, value in filters.items() if value not in ("", None)}
    unknown = sorted(given.keys() - set(FILTERS))
    if unknown:
        raise _unusable(f"A segment cannot be narrowed by “{unknown[0][:60]}”, only by {', '.join(FILTERS)}.")
    if not given:
        raise _unusable("Give at least one filter: without one, a segment would be everybody.")
    for name, value in given.items():
        if not isinstance(value, str):
            raise _unusable(f"{name}: send a text, as the list of contacts takes it.")
    try:
        matching(actor, given)
        return given | _references(actor, given)
    except Invalid as refusal:
        words = [f"{name}: {text}" for name, texts in refusal.fields.items() for text in texts]
        raise _unusable(*(words or [refusal.message])) from None


def _references(actor: Actor, given: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if "label" in given:
        pk = read_id(given["label"])
        found["label"] = str(labels.chosen(actor=actor, label_id=pk, name=given["label"], make=False).pk)
    owner = given.get("owner", IdOrNoneFilter.NONE)
    if owner != IdOrNoneFilter.NONE:
        referred(Membership.objects.visible_to(actor), owner, field="owner")
    return found


def _found(segment: Segment) -> Segment:
    """With its members, where one step finds them all; else a worker goes on."""
    if not refresh(segment, steps=1):
        nudge("contacts.tasks.segments")
    segment.refresh_from_db()
    return segment


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(fields={"name": [f"Must be 1 to {LONGEST_NAME} characters."]})
    return name


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a segment “{name}” already.", code="already_exists")


def _unusable(*words: str) -> Invalid:
    return Invalid(fields={"filters": list(words)})
