"""Creating, changing and finding leads: each call does its work and is kept in one transaction, since its answer needs
the lead's id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts.addresses import Address
from contacts.incoming import Known, Met
from contacts.models import Contact, Identity
from contacts.people import add_address, find, lock
from crm.errors import Conflict, NotFound
from crm.ids import uuid7
from crm.models import Work
from crm.transactions import advisory_lock
from integrations.base import Connected
from integrations.models import InboundEvent
from integrations.quickreply.callers import SYSTEM
from integrations.quickreply.leads import Lead
from integrations.whole_records import take_whole

SOURCE = "QuickReply"


@transaction.atomic
def save(connected: Connected, one: Lead, at: datetime) -> Met:
    """The lead as it is now: the one with that lead_id, else whoever has the phone or the e-mail address, else a new
    one. Raises NotFound for a lead_id that is nobody's, Conflict where an address is somebody else's."""
    # One call after another: two that name each other's phone and e-mail would lock two leads in a circle.
    advisory_lock(f"integrations.quickreply {connected.wall}")
    if not one.lead_id:
        return _take(connected, one, at, key="", active_at=at)
    contact = by_id(connected, one.lead_id)
    if contact is None:
        raise NotFound("No matching lead")
    contact = lock(contact.pk)
    for address in one.addresses:
        holder = find(actor=connected.actor, client_id=connected.client_id, address=address)
        if holder is not None and holder.pk != contact.pk:
            raise Conflict(f"{address.value} belongs to lead {holder.pk}.", existing=holder.pk)
    return _take(connected, one, at, key=_own_key(connected, contact), active_at=None)


@transaction.atomic
def keep(connected: Connected, *, type: str, payload: Mapping[str, Any], at: datetime, outcome: str) -> None:
    """The call, done, for the connection's page."""
    InboundEvent.objects.create(
        workspace=connected.workspace, connection=connected.connection, key=f"{type}:{uuid7()}", type=type,
        payload=dict(payload), body=b"", occurred_at=at, due_at=at, state=Work.State.DONE, attempts=1,
        done_at=timezone.now(), outcome=outcome[:500],
    )  # fmt: skip


def in_words(met: Met) -> str:
    """What became of the lead, for the connection's page."""
    what = {"new": "created", "changed": "updated", "same": "nothing was new"}[met.outcome]
    return f"{met.contact}: {what}. {met.refused}".strip()


def found(connected: Connected, one: Lead) -> Contact | None:
    """By lead_id where one is given; else by the phone, else by the e-mail address."""
    if one.lead_id:
        return by_id(connected, one.lead_id)
    holders = (find(actor=connected.actor, client_id=connected.client_id, address=each) for each in one.addresses)
    return next((holder for holder in holders if holder is not None), None)


def by_id(connected: Connected, lead_id: str) -> Contact | None:
    """The lead of this connection's client; the one they were merged into, where that happened."""
    try:
        wanted: UUID | None = UUID(lead_id)
    except ValueError:
        return None
    while wanted is not None:
        contact: Contact | None = Contact.objects.filter(pk=wanted, wall=connected.wall).first()
        if contact is None or contact.merged_into_id is None:
            return contact if contact is not None and contact.deleted_at is None else None
        wanted = contact.merged_into_id
    return None


def _own_key(connected: Connected, contact: Contact) -> str:
    """Our id of them is QuickReply's too: it becomes an address of theirs, by which they are found whatever else
    changes."""
    known = Identity.objects.filter(contact=contact, kind=SYSTEM).order_by("created_at", "id").first()
    if known is not None:
        return str(known.value)
    key = Address(SYSTEM, str(contact.pk), str(contact.pk))
    add_address(actor=connected.actor, contact=contact, address=key)
    return key.value


def _take(connected: Connected, one: Lead, at: datetime, *, key: str, active_at: datetime | None) -> Met:
    known = Known(
        system=SYSTEM, key=key, addresses=one.addresses, fields=one.fields, changed_at=at,
        source=one.source or SOURCE, active_at=active_at,
    )  # fmt: skip
    present = found(connected, one)
    return take_whole(connected, known, who=str(present.pk) if present else None)
