"""The orders that the list of clients can have. Each goes on from where it ended."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.signing import b64_encode
from django.db.models import Count, DateTimeField, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from clients.models import Client
from crm.pages.keyset import Stretch, marked
from crm.pages.typed import instant
from crm.text import UNSTORABLE
from inbox.models import Conversation

_TALKS = Conversation.objects.filter(client=OuterRef("pk")).order_by()
_NEWEST = _TALKS.order_by("-sorted_at").values("sorted_at")[:1]
_OURS = _TALKS.filter(status=Conversation.Status.ACTIVE, turn=Conversation.Turn.OURS).values("client")
# When anything was last said, or the client was added.
ACTIVE_AT = Coalesce(Subquery(_NEWEST), "created_at", output_field=DateTimeField())
MY_TURN = Coalesce(Subquery(_OURS.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and not UNSTORABLE.search(value) else None


def _moment(value: Any) -> Any:
    return instant(value) if isinstance(value, str) else None


def _number(value: Any) -> Any:
    return value if type(value) is int and 0 <= value < 2**31 else None


@dataclass(frozen=True)
class Order:
    """by: what the rows are sorted by. reads: what a mark holds, as `by` has it; None for what no mark of ours does."""

    name: str
    title: str
    by: Any
    reads: Callable[[Any], Any]
    descending: bool = True


ORDERS = {
    one.name: one
    for one in (
        Order("name", "Name", Lower("name"), _text, descending=False),
        Order("activity", "Last activity", ACTIVE_AT, _moment),
        Order("turn", "My turn", MY_TURN, _number),
        Order("created", "Newest", F("created_at"), _moment),
    )
}
FIRST = ORDERS["name"]


def chosen(name: str) -> Order:
    return ORDERS.get(name, FIRST)


def ordered(rows: "QuerySet[Client]", order: Order, *, mark: str, length: int) -> Stretch[Client]:
    """`length` clients with `sorted_by`, going on after `mark`. A mark that is none of ours starts at the top."""
    sign, than = ("-", "lt") if order.descending else ("", "gt")
    sorted_rows = rows.annotate(sorted_by=order.by)
    value, pk = marked(mark) or (None, None)
    after = order.reads(value)
    if after is not None and pk is not None:
        beyond = Q(**{f"sorted_by__{than}": after}) | Q(sorted_by=after, **{f"pk__{than}": pk})
        sorted_rows = sorted_rows.filter(beyond)
    found: list[Any] = list(sorted_rows.order_by(f"{sign}sorted_by", f"{sign}pk")[: length + 1])
    return Stretch(found[:length], _write(found[length - 1]) if len(found) > length else "")


def _write(row: Any) -> str:
    value = row.sorted_by
    text = value if isinstance(value, str | int) else value.isoformat()
    return b64_encode(json.dumps([text, str(row.pk)]).encode()).decode()
