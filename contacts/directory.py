"""Which contacts have the addresses of a whole page of people, looked up and locked together."""

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from contacts.addresses import Address
from contacts.models import Contact, Identity

Key: TypeAlias = tuple[str, str]


def key(address: Address) -> Key:
    return address.kind, address.value


def locked_holders(wall: UUID, wanted: Iterable[Key]) -> dict[Key, Contact]:
    """Whoever has each of these addresses, deleted ones too; who was merged is who they were merged into. All locked,
    in the order of their ids, so that pages that share people wait in a line and not in a circle."""
    by_kind: dict[str, list[str]] = {}
    for kind, value in wanted:
        by_kind.setdefault(kind, []).append(value)
    while True:
        found = _holders(wall, by_kind)
        if not found:
            return {}
        with transaction.atomic():
            rows = Contact.objects.filter(pk__in=set(found.values())).order_by("pk").select_for_update()
            contacts = {contact.pk: contact for contact in rows.defer("search", "listed_as")}
            if _holders(wall, by_kind) == found:
                return {each: contacts[pk] for each, pk in found.items()}
            transaction.set_rollback(True)  # a merge came between: lets go of them


def _holders(wall: UUID, by_kind: dict[str, list[str]]) -> dict[Key, UUID]:
    wanted = Q()
    for kind, values in by_kind.items():
        wanted |= Q(kind=kind, value__in=values)
    if not wanted:
        return {}
    rows = list(
        Identity.objects.filter(wanted, wall=wall).values_list("kind", "value", "contact", "contact__merged_into")
    )
    found = {(kind, value): into or contact for kind, value, contact, into in rows}
    return _standing(found) if any(into for *_, into in rows) else found


def _standing(found: dict[Key, UUID]) -> dict[Key, UUID]:
    """Each contact's place taken by whom they were merged into, however often that happened."""
    merged = Contact.objects.filter(pk__in=set(found.values()), merged_into__isnull=False)
    above = dict(merged.values_list("pk", "merged_into"))
    return _standing({each: above.get(pk, pk) for each, pk in found.items()}) if above else found
