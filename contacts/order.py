"""The orders that the list of people can have. Each goes on from where it ended, by an index of its own."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.core.signing import b64_encode
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crm.pages.keyset import Stretch, marked, stretch
from crm.text import UNSTORABLE


@dataclass(frozen=True)
class Order:
    name: str
    title: str
    field: str


ORDERS = {
    one.name: one
    for one in (
        Order("activity", "Last activity", "last_activity_at"),
        Order("name", "Name", "listed_as"),
        Order("created", "Newest", "created_at"),
    )
}
FIRST = ORDERS["activity"]


def chosen(name: str) -> Order:
    return ORDERS.get(name, FIRST)


def ordered(rows: "QuerySet[Contact]", order: Order, *, mark: str, length: int) -> Stretch[Contact]:
    """`length` rows, going on after `mark`. A mark that is none of ours starts at the top."""
    if order.field != "listed_as":
        return stretch(rows, by=order.field, mark=mark, length=length)
    after = _read(mark)
    if after is not None:
        name, pk = after
        rows = rows.filter(Q(listed_as__gt=name) | Q(listed_as=name, pk__gt=pk), listed_as__gte=name)
    found = list(rows.order_by("listed_as", "pk")[: length + 1])
    return Stretch(found[:length], _write(found[length - 1]) if len(found) > length else "")


def _write(row: Contact) -> str:
    return b64_encode(json.dumps([row.listed_as, str(row.pk)]).encode()).decode()


def _read(mark: str) -> tuple[str, UUID] | None:
    name, pk = marked(mark) or (None, None)
    return (name, pk) if isinstance(name, str) and pk and not UNSTORABLE.search(name) else None
