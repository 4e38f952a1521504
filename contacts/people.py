"""Finding the person behind an address, or making them: once, however many arrive in parallel."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.addresses import EMAIL, PHONE, Address
from contacts.models import Contact, Identity
from contacts.ownership import sign, write_signed
from crm.transactions import insert_once
from crm.versions import write


@transaction.atomic
def find_or_create(
    *,
    actor: Actor,
    client_id: UUID | None,
    addresses: Sequence[Address],
    name: str = "",
    source: str = "",
    active_at: datetime | None = None,
) -> tuple[Contact, Identity]:
    """The contact of the first of `addresses` that is known, else a new one; with the identity of the first address.
    `active_at`: when a new one is first heard of, if not now: an archive's people are not today's.

    Addresses that nobody has yet are added to the contact. Both rows come back locked, so that what follows for one
    person happens one after another. An address that belongs to somebody else is left with them.
    """
    identities = [_identity(actor, client_id, address) for address in addresses]
    known = next((found for found in identities if found), None)
    if known is None:
        return _create(actor, client_id, addresses, name, source, active_at)
    contact = _living(known.contact_id, actor)
    for address, found in zip(addresses, identities, strict=True):
        if found is None:
            add_address(actor=actor, contact=contact, address=address)
    if name and not contact.name:
        _fill(contact, actor, name=name)
    return contact, identities[0] or known


def find(*, actor: Actor, client_id: UUID | None, address: Address) -> Contact | None:
    """The contact who has this address, unlocked; None where nobody has."""
    identity = _identity(actor, client_id, address)
    return Contact.objects.filter(pk=identity.contact_id, deleted_at=None).first() if identity else None


def add_address(*, actor: Actor, contact: Contact, address: Address) -> Identity | None:
    """Give `contact` a further address, unless somebody has it already (then None). The first of its kind is
    primary."""
    identity = _claim(contact, address)
    if identity is None:
        return None
    if address.kind in (EMAIL, PHONE) and not getattr(contact, address.kind):
        _fill(contact, actor, **{address.kind: address.value})
    return identity


def _identity(actor: Actor, client_id: UUID | None, address: Address) -> Identity | None:
    wall = client_id or actor.workspace.pk
    found: Identity | None = Identity.objects.filter(wall=wall, kind=address.kind, value=address.value).first()
    return found


def _create(
    actor: Actor,
    client_id: UUID | None,
    addresses: Sequence[Address],
    name: str,
    source: str,
    active_at: datetime | None,
) -> tuple[Contact, Identity]:
    contact = Contact(
        workspace=actor.workspace, client_id=client_id, name=name, source=source,
        last_activity_at=active_at or actor.now,
    )  # fmt: skip
    for kind in (EMAIL, PHONE):
        setattr(contact, kind, next((address.value for address in addresses if address.kind == kind), ""))
    contact.field_origins = sign(contact, actor, [f for f in ("name", EMAIL, PHONE) if getattr(contact, f)])
    with transaction.atomic():
        contact.save(force_insert=True)
        # Always in the same order: two arrivals with the same addresses must not wait for each other in a circle.
        claimed = {address: _claim(contact, address) for address in sorted(addresses)}
        if not all(claimed.values()):  # a parallel arrival was first: this contact never was
            transaction.set_rollback(True)
    first = claimed[addresses[0]]
    if first is None or not all(claimed.values()):
        return find_or_create(actor=actor, client_id=client_id, addresses=addresses, name=name, source=source)
    record(actor, EventType.CONTACT_CREATED, contact)
    return contact, first


def _claim(contact: Contact, address: Address) -> Identity | None:
    identity = Identity(
        workspace=contact.workspace, client_id=contact.client_id, contact=contact,
        kind=address.kind, value=address.value, written=address.written,
    )  # fmt: skip
    return identity if insert_once(identity) else None


def _living(contact_id: UUID, actor: Actor) -> Contact:
    """The contact, locked. One that was deleted comes back to life: they are talking to us again."""
    contact: Contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.deleted_at:
        write(contact, deleted_at=None)
        record(actor, EventType.CONTACT_CREATED, contact)
    return contact


def _fill(contact: Contact, actor: Actor, **fields: str) -> None:
    record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=write_signed(contact, actor, **fields))
