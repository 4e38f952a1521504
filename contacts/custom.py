"""The further fields of a contact, as a form sends them: names, and beside each its value."""

import json
from collections.abc import Sequence
from typing import Any

from crm.errors import Invalid
from crm.text import storable

MOST, LONGEST_NAME, LONGEST_VALUE = 200, 100, 10_000


def written(value: Any) -> str:
    """A value in an input: text and numbers as they are, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def edited(
    present: dict[str, Any], names: Sequence[str], values: Sequence[str], *, dropped: str = ""
) -> dict[str, Any]:
    """The fields with what was typed. One whose text did not change keeps what it was, a number say; one that the form
    did not have stays. A new name with an empty value is a field too; without a name, a value is refused."""
    fields = dict(present)
    for name, text in zip(names, values, strict=False):
        name, text = storable(name.strip()), storable(text.strip())  # noqa: PLW2901
        if not name and not text:
            continue
        _check(name, text)
        if written(fields.get(name)) != text or name not in fields:
            fields[name] = text
    fields.pop(dropped, None)
    return fields


def _check(name: str, text: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"Give the field a name of 1 to {LONGEST_NAME} characters.")
    if len(text) > LONGEST_VALUE:
        raise Invalid(f"A field holds at most {LONGEST_VALUE:,} characters.")
