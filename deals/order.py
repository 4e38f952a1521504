"""How the cards of a column follow each other: as the team laid them, or sorted by what one looks for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.signing import b64_encode
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from crm.pages.keyset import marked
from crm.pages.typed import instant
from deals.models import DealQuerySet

_NEVER = date(9999, 12, 31)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    return instant(str(value))


@dataclass(frozen=True)
class Order:
    """by: what the cards are sorted by, read from a row that `health.with_health` annotated. `falling`: the largest or
    newest first. `kind` reads it back from a mark: None for what it is not."""

    key: str
    name: str
    by: Any
    kind: Callable[[object], Any] = _whole
    falling: bool = False

    @property
    def is_teams(self) -> bool:
        """Whether cards can be laid by hand."""
        return self.key == TEAM

    def sorted(self, rows: DealQuerySet, mark: str = "") -> DealQuerySet:
        """`rows` in this order, those after `mark`. A mark that is none of ours starts at the top."""
        rows = rows.annotate(sorted_by=self.by)
        if (after := self._read(mark)) is not None:
            side = "lt" if self.falling else "gt"
            value, pk = after
            rows = rows.filter(Q(**{f"sorted_by__{side}": value}) | Q(sorted_by=value, **{f"pk__{side}": pk}))
        if self.is_teams:
            return rows.order_by("place")  # no two share one: the index has them in this order
        sign = "-" if self.falling else ""
        return rows.order_by(f"{sign}sorted_by", f"{sign}pk")

    def mark(self, row: Any) -> str:
        """What to go on from, after `row`."""
        value = row.sorted_by
        plain = value if isinstance(value, int) else value.isoformat()
        return b64_encode(json.dumps([plain, str(row.pk)]).encode()).decode()

    def _read(self, mark: str) -> tuple[Any, str] | None:
        value, pk = marked(mark) or (None, None)
        read = self.kind(value) if pk else None
        return None if read is None else (read, str(pk))


TEAM = ""
_ALL = (
    Order(TEAM, "The team’s order", F("place")),
    Order("value", "Largest value", F("value"), falling=True),
    Order("close", "Closing soonest", Coalesce("expected_close_on", Value(_NEVER)), kind=_day),
    Order("contact", "Silent the longest", F("last_contact_at"), kind=_moment),
    Order("newest", "Newest", F("created_at"), kind=_moment, falling=True),
)
ORDERS = {order.key: order for order in _ALL}


def chosen(key: str) -> Order:
    return ORDERS.get(key, ORDERS[TEAM])
