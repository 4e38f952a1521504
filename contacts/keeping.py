"""Writing the contacts of a whole page in a handful of statements."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record_all
from activity.types import EventType
from contacts.heeding import Record
from contacts.models import Contact, ContactLabel, Identity, Suppression

_COLUMNS = {
    "name": "text", "email": "text", "phone": "text", "company": "text", "status": "text", "custom_fields": "jsonb",
    "field_origins": "jsonb", "last_activity_at": "timestamptz", "deleted_at": "timestamptz", "version": "integer",
    "updated_at": "timestamptz",
}  # fmt: skip


def keep(actor: Actor, records: Sequence[Record]) -> None:
    """Write them, and record what happened. The contacts are locked. Raises IntegrityError where a parallel arrival has
    one of the addresses by now (`came_second`): then nothing of the page was written."""
    Contact.objects.bulk_create([one.contact for one in records if one.is_new])
    _claim(actor, records)
    _label(actor, records)
    _update([one for one in records if not one.is_new])
    _suppress(actor, [one.contact for one in records if _asked_not_to_be_written_to(one)])
    record_all(actor, [event for one in records for event in _happened(one)])


def came_second(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "contacts_identity_once"


def _claim(actor: Actor, records: Iterable[Record]) -> None:
    rows = [
        Identity(
            workspace=actor.workspace, client_id=one.contact.client_id, contact=one.contact,
            kind=address.kind, value=address.value, written=address.written,
        )
        for one in records
        for address in one.claimed
    ]  # fmt: skip
    # Always in the same order: two pages with the same addresses must not wait for each other in a circle.
    Identity.objects.bulk_create(sorted(rows, key=lambda row: (row.kind, row.value)))


def _label(actor: Actor, records: Iterable[Record]) -> None:
    """Put the labels on, and leave in each record those that were not borne yet."""
    wanting = [one for one in records if one.labels]
    if not wanting:
        return
    contacts = [one.contact for one in wanting]
    borne = set(ContactLabel.objects.filter(contact__in=contacts).values_list("contact_id", "label_id"))
    for one in wanting:
        one.labels = {label for label in one.labels if (one.contact.pk, label) not in borne}
        one.changed |= {"labels"} if one.labels else set()
    ContactLabel.objects.bulk_create(
        ContactLabel(workspace=actor.workspace, contact=one.contact, label_id=label)
        for one in wanting
        for label in one.labels
    )


def _update(records: Iterable[Record]) -> None:
    """Of who only was marked the version stays: nothing that is shown has changed."""
    now, rows = timezone.now(), list[Contact]()
    for one in records:
        if one.changed or one.is_back:
            one.contact.version += 1
            one.contact.updated_at = now
        if one.changed or one.is_back or one.is_marked:
            rows.append(one.contact)
    if not rows:
        return
    values = [{"id": row.pk, **{name: getattr(row, name) for name in _COLUMNS}} for row in rows]
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    into, source = ", ".join(_COLUMNS), ", ".join(f"given.{name}" for name in _COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE contacts_contact AS contact SET ({into}) = ROW({source}) "  # noqa: S608  (columns of our own)
            f"FROM jsonb_to_recordset(%s) AS given(id uuid, {columns}) WHERE contact.id = given.id",
            [json.dumps(values, cls=DjangoJSONEncoder)],
        )


def _asked_not_to_be_written_to(one: Record) -> bool:
    return one.contact.status == Contact.Status.UNSUBSCRIBED and bool(one.changed & {"status", "addresses"})


def _suppress(actor: Actor, contacts: Sequence[Contact]) -> None:
    if not contacts:
        return
    identities = Identity.objects.filter(contact__in=contacts).order_by("kind", "value")
    rows = [
        Suppression(
            workspace=actor.workspace, client_id=one.client_id, kind=one.kind, value=one.value,
            reason=f"unsubscribed by {actor.name}"[:300],
        )
        for one in identities
    ]  # fmt: skip
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)


def _happened(one: Record) -> list[tuple[EventType, Contact, dict[str, Any]]]:
    if one.is_new:
        return [(EventType.CONTACT_CREATED, one.contact, {})]
    back = [(EventType.CONTACT_CREATED, one.contact, dict[str, Any]())] if one.is_back else []
    changed = [(EventType.CONTACT_UPDATED, one.contact, {"changed_fields": sorted(one.changed)})]
    return [*back, *(changed if one.changed else [])]
