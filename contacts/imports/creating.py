"""Many people at once whom nobody knows yet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from activity.log import record_each
from activity.types import EventType
from contacts.addresses import EMAIL, PHONE
from contacts.imports.rows import Given
from contacts.labels import all_named
from contacts.models import Contact, ContactLabel, Identity
from contacts.ownership import sign

_SIGNED = ("name", "email", "phone", "company", "owner_id", "custom_fields")


def unknown(actor: Actor, client: UUID | None, people: Mapping[int, Given]) -> dict[int, Given]:
    """Those of whose addresses none is anybody's, nor another row's."""
    wanted = Counter((one.kind, one.value) for person in people.values() for one in person.addresses)
    known = _known(client or actor.workspace.pk, list(wanted))
    return {
        place: person
        for place, person in people.items()
        if all(wanted[one.kind, one.value] == 1 and (one.kind, one.value) not in known for one in person.addresses)
    }


def create_all(
    *, actor: Actor, client: UUID | None, people: Sequence[tuple[Given, Sequence[str]]], source: str
) -> list[Contact]:
    """The people, each with labels by their names, in a handful of queries. Raises IntegrityError where somebody got
    one of the addresses in this very moment."""
    contacts = [_contact(actor, client, person, source) for person, _ in people]
    Contact.objects.bulk_create(contacts)
    identities = [
        Identity(
            workspace=actor.workspace, client_id=client, contact=contact,
            kind=one.kind, value=one.value, written=one.written,
        )
        for contact, (person, _) in zip(contacts, people, strict=True)
        for one in person.addresses
    ]  # fmt: skip
    # Always in the same order: two imports of the same addresses must not wait for each other in a circle.
    Identity.objects.bulk_create(sorted(identities, key=lambda one: (one.kind, one.value)))
    _label(actor, contacts, [labels for _, labels in people])
    record_each(actor, EventType.CONTACT_CREATED, contacts)
    return contacts


def _known(wall: UUID, wanted: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    found = Q()
    for kind in (EMAIL, PHONE):
        if values := [value for one, value in wanted if one == kind]:
            found |= Q(kind=kind, value__in=values)
    if not found:
        return set()
    return set(Identity.objects.filter(found, wall=wall).values_list("kind", "value"))


def _contact(actor: Actor, client: UUID | None, person: Given, source: str) -> Contact:
    contact = Contact(
        workspace=actor.workspace, client_id=client, name=person.name, email=person.first(EMAIL),
        phone=person.first(PHONE), company=person.company, source=person.source or source,
        custom_fields=person.custom, owner_id=person.owner_id, last_activity_at=actor.now,
    )  # fmt: skip
    contact.field_origins = sign(contact, actor, [name for name in _SIGNED if getattr(contact, name)])
    return contact


def _label(actor: Actor, contacts: Sequence[Contact], labels: Sequence[Sequence[str]]) -> None:
    found = all_named(actor=actor, names=[name for some in labels for name in some])
    pairs = {
        (contact.pk, found[name]): contact for contact, some in zip(contacts, labels, strict=True) for name in some
    }
    ContactLabel.objects.bulk_create(
        ContactLabel(workspace=actor.workspace, contact=contact, label_id=label)
        for (_, label), contact in pairs.items()
    )
