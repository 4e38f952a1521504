"""Walking through a list: by page with an exact total, as MisarMail does, or by cursor, at one cost however far in."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.http import QueryDict

from crm.errors import Invalid

# Beyond, an OFFSET only costs: walk by cursor.
LAST_PAGE = 1_000_000
# A cursor: microseconds since the year 1, then an id. Up to the year 9133 all such numbers are places.
_CURSOR = re.compile("0[0-3][0-9a-f]{46}")
_FIRST = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Order:
    """By a time that is never null, then by id, both in the same direction. An index serves each order."""

    column: str = "created_at"
    descending: bool = True

    @property
    def columns(self) -> tuple[str, str]:
        sign = "-" if self.descending else ""
        return f"{sign}{self.column}", f"{sign}id"

    def after(self, value: Any, id: Any) -> Q:
        """Rows behind this place. The first condition is where the index starts, the second settles ties."""
        than = "lt" if self.descending else "gt"
        return Q((f"{self.column}__{than}e", value)) & (Q((f"{self.column}__{than}", value)) | Q((f"id__{than}", id)))


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    pagination: dict[str, Any]


@dataclass(frozen=True)
class Paging:
    """size: what the parameter for the number of rows is called. default and most: how many by default, at most."""

    size: str = "per_page"
    default: int = 25
    most: int = 100
    order: Order = field(default_factory=Order)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(self.described)

    @property
    def described(self) -> dict[str, tuple[dict[str, Any], str]]:
        """The parameters: a JSON schema and a sentence for each."""
        size = {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default}
        page = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1}
        return {
            "page": (page, "Which page."),
            self.size: (size, "How many at once."),
            "cursor": (
                {"type": "string", "pattern": f"^({_CURSOR.pattern})?$"},
                "Empty to start; then `next_cursor` of the answer before. Not together with `page`.",
            ),
        }

    @property
    def answered(self) -> dict[str, Any]:
        """The JSON schema of `pagination`: by page or by cursor."""
        count = {"type": "integer", "minimum": 0}
        by_page = {"page": count, self.size: count, "total": count, "total_pages": count}
        by_cursor = {self.size: count, "next_cursor": {"type": ["string", "null"]}, "has_more": {"type": "boolean"}}
        kinds = [{"type": "object", "properties": kind, "required": list(kind)} for kind in (by_page, by_cursor)]
        return {"anyOf": kinds}

    def page(self, rows: "models.QuerySet[Any]", query: QueryDict) -> Page:
        """What `query` asks for. Two queries by page, one by cursor. Raises Invalid."""
        wrong: dict[str, list[str]] = {}
        size = _whole(query, self.size, self.default, self.most, wrong)
        number = _whole(query, "page", 1, LAST_PAGE, wrong)
        if "page" in query and "cursor" in query:
            wrong["cursor"] = ["Walk by page or by cursor, not both."]
        if wrong:
            raise Invalid(fields=wrong)
        rows = rows.order_by(*self.order.columns)
        cursor = query.get("cursor")
        return self._numbered(rows, number, size) if cursor is None else self._from_cursor(rows, str(cursor), size)

    def _numbered(self, rows: "models.QuerySet[Any]", number: int, size: int) -> Page:
        total = rows.count()
        found = list(rows[(number - 1) * size : number * size]) if (number - 1) * size < total else []
        pages = -(-total // size)
        return Page(found, {"page": number, self.size: size, "total": total, "total_pages": pages})

    def _from_cursor(self, rows: "models.QuerySet[Any]", cursor: str, size: int) -> Page:
        if cursor:
            rows = rows.filter(self.order.after(*self._place(cursor)))
        found = list(rows[: size + 1])
        more = len(found) > size
        found = found[:size]
        return Page(
            found, {self.size: size, "next_cursor": self._cursor(found[-1]) if more else None, "has_more": more}
        )

    def _cursor(self, row: Any) -> str:
        """A place in the order, written as a number of 48 hexadecimal digits. It is not signed: a forged one is just
        another place among what the asker sees anyway."""
        microseconds = (getattr(row, self.order.column) - _FIRST) // _MICROSECOND
        return f"{microseconds:016x}{row.pk.hex}"

    def _place(self, cursor: str) -> tuple[datetime, UUID]:
        if not _CURSOR.fullmatch(cursor):
            raise Invalid(fields={"cursor": ["This is not a cursor of this list: start again with an empty one."]})
        return _FIRST + int(cursor[:16], 16) * _MICROSECOND, UUID(cursor[16:])


def _whole(query: QueryDict, name: str, default: int, most: int, wrong: dict[str, list[str]]) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most and len(text) <= 12):
        wrong[name] = [f"Send a whole number from 1 to {most}."]
        return default
    return int(text)
