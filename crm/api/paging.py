"""Walking through a list: by page with an exact total, as MisarMail does, or by cursor, at the same cost however far in."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict

from crm.api.fields import read_id
from crm.errors import Invalid

# Beyond, an OFFSET only costs: walk by cursor.
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Order:
    """By one column that is never null, then by id, both in the same direction. An index serves each order."""

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
            "page": (page, "Which page. Not together with `cursor`."),
            self.size: (size, "How many at once."),
            "cursor": ({"type": "string"}, "Empty to start; then `next_cursor` of the answer before."),
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
        return (
            self._from_cursor(rows, query["cursor"], size) if "cursor" in query else self._numbered(rows, number, size)
        )

    def _numbered(self, rows: "models.QuerySet[Any]", number: int, size: int) -> Page:
        total = rows.count()
        found = list(rows[(number - 1) * size : number * size]) if (number - 1) * size < total else []
        pages = -(-total // size)
        return Page(found, {"page": number, self.size: size, "total": total, "total_pages": pages})

    def _from_cursor(self, rows: "models.QuerySet[Any]", cursor: str, size: int) -> Page:
        if cursor:
            rows = rows.filter(self.order.after(*self._place(rows.model, cursor)))
        found = list(rows[: size + 1])
        more = len(found) > size
        found = found[:size]
        return Page(
            found, {self.size: size, "next_cursor": self._cursor(found[-1]) if more else None, "has_more": more}
        )

    def _cursor(self, row: Any) -> str:
        column = row._meta.get_field(self.order.column)
        place = [self.order.column, column.value_to_string(row), str(row.pk)]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

    def _place(self, model: type[models.Model], cursor: str) -> tuple[Any, Any]:
        """Where a cursor stands. It is not signed: a forged one is just another place among what the asker sees anyway."""
        column: Any = model._meta.get_field(self.order.column)
        try:
            name, value, id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
            place = column.to_python(value), read_id(id)
        except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
            place, name = (None, None), None
        if name != self.order.column or None in place or (isinstance(value, str) and "\x00" in value):
            raise Invalid(fields={"cursor": ["This is not a cursor of this list: start again with an empty one."]})
        return place


def _whole(query: QueryDict, name: str, default: int, most: int, wrong: dict[str, list[str]]) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most and len(text) <= 12):
        wrong[name] = [f"Send a whole number from 1 to {most}."]
        return default
    return int(text)
