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
from crm.errors import Invalid
from crm.text import storable
from crm.transactions import insert_once
from crm.versions import touch, write

_NAME = 300
_SOURCE = 60


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
    """The contact of the first of `addresses` that is known, else a new one; with the identity of the first address
    that is theirs. `active_at`: when a new one is first heard of, if not now: an archive's people are not today's.

    Addresses that nobody has yet are added to the contact, which comes back locked, so that what follows for one person
    happens one after another. An address that belongs to somebody else is left with them. One who was deleted comes
    back to life: they are talking to us again. Raises Invalid without an address.
    """
    if not addresses:
        raise Invalid("Give an address: without one nobody can tell who it is.")
    while True:
        known = next((found for address in addresses if (found := _identity(actor, client_id, address))), None)
        contact = _holder(known) if known else None
        if contact is not None:
            return _met_again(actor, contact, addresses, name)
        made = None if known else make(
            actor=actor, client_id=client_id, addresses=addresses, name=name, source=source, active_at=active_at
        )  # fmt: skip
        if made is not None:
            return made


@transaction.atomic
def make(
    *,
    actor: Actor,
    client_id: UUID | None,
    addresses: Sequence[Address],
    name: str = "",
    source: str = "",
    active_at: datetime | None = None,
) -> tuple[Contact, Identity] | None:
    """A new contact with these addresses, and the identity of the first; None where somebody has one of them."""
    contact = Contact(
        workspace=actor.workspace, client_id=client_id, name=storable(name, _NAME), source=storable(source, _SOURCE),
        last_activity_at=active_at or actor.now,
    )  # fmt: skip
    for kind in (EMAIL, PHONE):
        setattr(contact, kind, next((address.value for address in addresses if address.kind == kind), ""))
    contact.field_origins = sign(contact, actor, [f for f in ("name", EMAIL, PHONE) if getattr(contact, f)])
    with transaction.atomic():
        contact.save(force_insert=True)
        # Always in the same order: two arrivals with the same addresses must not wait for each other in a circle.
        claimed = {_key(address): _claim(contact, address) for address in _distinct(addresses)}
        if not all(claimed.values()):  # a parallel arrival was first: this contact never was
            transaction.set_rollback(True)
    first = claimed[_key(addresses[0])]
    if first is None or not all(claimed.values()):
        return None
    record(actor, EventType.CONTACT_CREATED, contact)
    return contact, first


def lock(contact_id: UUID) -> Contact:
    """The contact, locked; the one they were merged into, where that has happened by now."""
    with transaction.atomic():
        contact: Contact = Contact.objects.select_for_update().get(pk=contact_id)
        if contact.merged_into_id is None:
            return contact
        transaction.set_rollback(True)  # lets go of it: two locks in whichever order could wait in a circle
    return lock(contact.merged_into_id)


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
    else:
        touch(contact)
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=["addresses"])
    return identity


def _identity(actor: Actor, client_id: UUID | None, address: Address) -> Identity | None:
    wall = client_id or actor.workspace.pk
    found: Identity | None = Identity.objects.filter(wall=wall, kind=address.kind, value=address.value).first()
    return found


def _claim(contact: Contact, address: Address) -> Identity | None:
    identity = Identity(
        workspace=contact.workspace, client_id=contact.client_id, contact=contact,
        kind=address.kind, value=address.value, written=address.written,
    )  # fmt: skip
    return identity if insert_once(identity) else None


def _key(address: Address) -> tuple[str, str]:
    return address.kind, address.value


def _distinct(addresses: Sequence[Address]) -> list[Address]:
    """Sorted, each once, however differently it was written."""
    return [each for _, each in sorted({_key(address): address for address in addresses}.items())]


def _holder(identity: Identity) -> Contact | None:
    """Whose address it is, locked; None where a merge or an erasure took it away from them meanwhile."""
    with transaction.atomic():
        contact: Contact = Contact.objects.select_for_update().get(pk=identity.contact_id)
        if Identity.objects.filter(pk=identity.pk, contact=contact).exists():
            return contact
        transaction.set_rollback(True)
    return None


def _met_again(actor: Actor, contact: Contact, addresses: Sequence[Address], name: str) -> tuple[Contact, Identity]:
    if contact.deleted_at:
        write(contact, deleted_at=None)
        record(actor, EventType.CONTACT_CREATED, contact)
    theirs = {(each.kind, each.value): each for each in Identity.objects.filter(contact=contact)}
    for address in _distinct(addresses):
        if _key(address) not in theirs and (added := add_address(actor=actor, contact=contact, address=address)):
            theirs[_key(address)] = added
    if name and not contact.name:
        _fill(contact, actor, name=storable(name, _NAME))
    return contact, next(theirs[_key(address)] for address in addresses if _key(address) in theirs)


def _fill(contact: Contact, actor: Actor, **fields: str) -> None:
    record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=write_signed(contact, actor, **fields))
