"""One TOML table that knows where it stands, so that every complaint names its file and key."""

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class ScriptError(Exception):
    """The demo's script is wrong; the message names the file, the table and the field."""


class Table:
    """Hands out typed fields and remembers which were asked for; `finish` refuses the others."""

    def __init__(self, fields: Mapping[str, Any], where: str) -> None:
        self.fields = fields
        self.where = where
        self.asked: set[str] = set()

    def text(self, name: str) -> str:
        value = self._get(name, str, "text").strip("\n")
        if not value.strip():
            raise self.error(name, "must not be empty")
        return value

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def integer(self, name: str) -> int:
        return self._get(name, int, "a whole number")

    def integer_or_none(self, name: str) -> int | None:
        return self.integer(name) if self.has(name) else None

    def number(self, name: str) -> float:
        if isinstance(self.fields.get(name), int):
            return float(self.integer(name))
        return self._get(name, float, "a number")

    def flag(self, name: str) -> bool:
        return self._get(name, bool, "true or false") if self.has(name) else False

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise self.error(name, f"is {value!r}, not one of {', '.join(allowed)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._get(name, list, "a list") if self.has(name) else []
        if not all(isinstance(value, str) for value in values):
            raise self.error(name, "must be a list of texts")
        return tuple(values)

    def mapping(self, name: str) -> dict[str, str]:
        values = self._get(name, dict, "a table") if self.has(name) else {}
        if not all(isinstance(value, str) for value in values.values()):
            raise self.error(name, "must hold texts only")
        return values

    def table(self, name: str) -> "Table":
        return Table(self._get(name, dict, "a table"), f"{self.where}: {name}")

    def tables(self, name: str) -> list["Table"]:
        """The tables of an array, each named by its key or name, or else by its place counted from 1."""
        rows = self._get(name, list, "a list of tables") if self.has(name) else []
        if not all(isinstance(row, dict) for row in rows):
            raise self.error(name, "must be a list of tables")
        return [Table(row, f"{self.where}: {name} {_title(row, place)}") for place, row in enumerate(rows, 1)]

    def has(self, name: str) -> bool:
        self.asked.add(name)
        return name in self.fields

    def finish(self) -> None:
        unknown = sorted(set(self.fields) - self.asked)
        if unknown:
            raise self.error(unknown[0], "is not a field of this table")

    def error(self, name: str, problem: str) -> ScriptError:
        return ScriptError(f"{self.where}: {name} {problem}")

    def _get(self, name: str, kind: type[T], called: str) -> T:
        if not self.has(name):
            raise self.error(name, "is missing")
        value = self.fields[name]
        # A bool is an int to Python, but `value = true` is a slip of the pen.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(name, f"must be {called}")
        return value


def _title(row: Mapping[str, object], place: int) -> str:
    title = row.get("key") or row.get("name")
    return repr(title) if isinstance(title, str) else str(place)
