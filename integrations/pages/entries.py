"""The settings of a connection as a form draws and sends them. A secret is never written into a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from integrations.base import Field
from integrations.fields import written

PREFIX = "setting-"
_TYPES = {"url": "url", "number": "number"}


@dataclass(frozen=True)
class Entry:
    """value: as it stands in the form. kept: a secret that is stored already, and stays where nothing is typed."""

    field: Field
    value: str
    errors: Sequence[str]
    kept: bool

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.field.name}"

    @property
    def type(self) -> str:
        return "password" if self.field.secret else _TYPES.get(self.field.kind, "text")

    @property
    def is_long(self) -> bool:
        return self.field.kind in ("lines", "map", "block")

    @property
    def is_needed(self) -> bool:
        return self.field.required and not self.field.generated and not self.kept

    @property
    def is_optional(self) -> bool:
        """Nothing need be there: no default stands in for it, nothing is made."""
        return not (self.field.required or self.field.generated or self.kept or self.field.default)

    @property
    def is_on(self) -> bool:
        return self.value.lower() in ("true", "yes", "on", "1")


def entries(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]] | None = None,
    kept: Collection[str] = (),
) -> list[Entry]:
    """A form with `values`; kept: the names of the secrets that are stored."""
    return [
        Entry(
            field, "" if field.secret else written(field, values.get(field.name, field.default)),
            (errors or {}).get(field.name, ()), field.name in kept,
        )
        for field in fields
    ]  # fmt: skip


def typed(fields: Sequence[Field], sent: QueryDict) -> dict[str, str]:
    """What a form sent, by the names of the fields. A flag that is not ticked is not sent: it means no."""
    given = {field.name: str(sent[f"{PREFIX}{field.name}"]) for field in fields if f"{PREFIX}{field.name}" in sent}
    flags = {field.name: "no" for field in fields if field.kind == "flag"}
    return {**flags, **given}
