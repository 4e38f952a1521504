"""What is done to people. Each verb checks, changes and records in one transaction; the actor sees what it names."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from activity.log import record
from activity.types import EventType
from clients.scope import client_for
from contacts import custom
from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.holding import Taken
from contacts.models import Contact, Identity
from contacts.ownership import sign, write_signed
from contacts.people import add_address, find, find_or_create, make
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid
from crm.references import referred
from crm.versions import write


@transaction.atomic
def create(
    *,
    actor: Actor,
    name: str = "",
    email: str = "",
    phone: str = "",
    client_id: UUID | None = None,
    source: str = "",
    **fields: Any,
) -> Contact:
    """A new contact. Raises Conflict, naming the one there is, where an address is taken; Invalid with no way to tell
    who it is. `fields`: company, custom_fields, owner_id."""
    actor.must_write()
    client = client_for(actor, client_id)
    addresses = _addresses(actor, email, phone)
    if not addresses and not name:
        raise Invalid("Give a name, an e-mail address or a phone number.")
    for one in addresses:
        _must_be_free(actor, client, one)
    contact = _new(actor, client, addresses, name, source)
    # One that was deleted and is back has a name of before.
    write_signed(contact, actor, **_changes(actor, fields | ({"name": name} if name else {})))
    _heed(actor, contact)
    return contact


def _new(actor: Actor, client: UUID | None, addresses: list[Address], name: str, source: str) -> Contact:
    if addresses:
        return _at(actor, client, addresses, name, source)
    contact = Contact(
        workspace=actor.workspace, client_id=client, name=name, source=source, last_activity_at=timezone.now()
    )
    contact.field_origins = sign(contact, actor, ["name"])
    contact.save(force_insert=True)
    record(actor, EventType.CONTACT_CREATED, contact)
    return contact


def _at(actor: Actor, client: UUID | None, addresses: list[Address], name: str, source: str) -> Contact:
    """A new contact at these addresses, or the one there who had been deleted."""
    made = make(actor=actor, client_id=client, addresses=addresses, name=name, source=source)
    if made is not None:
        return made[0]
    for one in addresses:
        _must_be_free(actor, client, one)  # a parallel create was first
    contact, _ = find_or_create(actor=actor, client_id=client, addresses=addresses)
    write_signed(contact, actor, **{"name": name} if name else {})
    return contact


def _must_be_free(actor: Actor, client: UUID | None, one: Address) -> None:
    taken = find(actor=actor, client_id=client, address=one)
    if taken is not None:
        raise Conflict(
            f"A contact with {one.value} exists already. Change that one, or use contacts/upsert.",
            code="already_exists",
            existing=taken.pk,
        )


@transaction.atomic
def upsert(*, actor: Actor, client_id: UUID | None = None, **fields: Any) -> tuple[Contact, bool]:
    """The contact with this e-mail address or phone, changed as told, else a new one; and whether it is new."""
    actor.must_write()
    client = client_for(actor, client_id)
    addresses = _addresses(actor, fields.get(EMAIL, ""), fields.get(PHONE, ""))
    if not addresses:
        raise Invalid("Give an e-mail address or a phone number: a contact is found by one of them.")
    try:
        return create(actor=actor, client_id=client, **fields), True
    except Conflict:
        pass  # somebody has one of them already, or does so since a moment
    contact, _ = find_or_create(actor=actor, client_id=client, addresses=addresses)
    return change(actor=actor, contact=contact, **{k: v for k, v in fields.items() if k not in (EMAIL, PHONE)}), False


@transaction.atomic
def change(*, actor: Actor, contact: Contact, **fields: Any) -> Contact:
    """Write the given fields: name, email, phone, company, custom_fields (whole), owner_id, status.

    Another primary address is added to the contact's addresses; the earlier one stays as an additional one. Raises
    Conflict where somebody else has it.
    """
    actor.must_write()
    changes = _changes(actor, fields)
    for kind in (EMAIL, PHONE):
        if kind in fields:
            changes[kind] = _primary(actor, contact, kind, fields[kind])
    changed = write_signed(contact, actor, **changes)
    if changed:
        record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=changed)
    if "status" in changed:
        _heed(actor, contact)
    return contact


@transaction.atomic
def delete(*, actor: Actor, contact: Contact) -> None:
    """Take the contact out of every list. Their messages stay; they come back when they write again."""
    actor.must_write()
    write(contact, deleted_at=timezone.now())
    record(actor, EventType.CONTACT_DELETED, contact)


def _heed(actor: Actor, contact: Contact) -> None:
    """Whoever is marked as unsubscribed is not written to any more."""
    if contact.status == Contact.Status.UNSUBSCRIBED:
        suppress(actor=actor, contact=contact, reason=f"unsubscribed by {actor.name}")


def _addresses(actor: Actor, email: str, phone: str) -> list[Address]:
    given = ((EMAIL, email), (PHONE, phone))
    return [address(kind, text, region=actor.workspace.region) for kind, text in given if text]


def _changes(actor: Actor, fields: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {
        key: fields[key] for key in ("name", "company", "custom_fields", "status") if key in fields
    }
    if len(plain.get("custom_fields", {})) > custom.MOST:
        raise Invalid(fields={"customFields": [f"At most {custom.MOST} fields."]})
    if "owner_id" in fields:
        owner = referred(Membership.objects.visible_to(actor), fields["owner_id"], field="owner")
        plain["owner_id"] = owner.pk if owner else None
    return plain


def _primary(actor: Actor, contact: Contact, kind: str, text: str) -> str:
    """The address to show first, after making sure it is the contact's own."""
    if not text:
        return ""
    wanted = address(kind, text, region=actor.workspace.region)
    mine = Identity.objects.filter(contact=contact, kind=kind, value=wanted.value)
    if mine.exists() or add_address(actor=actor, contact=contact, address=wanted):
        return wanted.value
    raise Taken(wanted, find(actor=actor, client_id=contact.client_id, address=wanted))
