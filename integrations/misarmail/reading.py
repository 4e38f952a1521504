"""Reading what MisarMail sends: any field may be absent, null or of another type in one of its editions, and then it
says nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from crm.text import storable
from integrations.loose import of_our_time

Said = Mapping[str, Any]
_ENDLESS = (float("inf"), float("-inf"))
# Unix times above are in milliseconds: in seconds it would be the year 5138.
MILLISECONDS_FROM = 10**11


def words(said: Said, *names: str, most: int = 1000) -> str:
    """The first of these fields that says something, as text: ids come as numbers too."""
    for name in names:
        value = said.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value in _ENDLESS:
            continue
        if text := storable(str(value), most).strip():
            return text
    return ""


def prose(said: Said, *names: str) -> str:
    """As `words`, whole and with the space around it."""
    values = (said.get(name) for name in names)
    return next((storable(value) for value in values if isinstance(value, str) and value), "")


def whole(said: Said, name: str) -> int | None:
    value = said.get(name)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(said: Said, *names: str) -> datetime | None:
    """ISO 8601, or unix seconds or milliseconds. What names no zone is in UTC."""
    found = (of_our_time(_moment(said.get(name))) for name in names)
    return next((one for one in found if one is not None), None)


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, str):
            parsed = parse_datetime(value.strip())
            return parsed.astimezone(UTC) if parsed and parsed.tzinfo else parsed and parsed.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass  # a date that no calendar has
    return None


def part(said: Said, *names: str) -> Said:
    """The first of these fields that is an object; else an empty one."""
    values = (said.get(name) for name in names)
    return next((value for value in values if isinstance(value, Mapping)), {})


def texts(value: Any, *, most: int = 500) -> list[str]:
    """The texts of a list, or of one alone; of objects, their `name` or `email`. Each once, in order."""
    found = [words(one, "name", "email", "value") if isinstance(one, Mapping) else one for one in _several(value)]
    kept = (storable(one, most).strip() for one in found if isinstance(one, str))
    return list(dict.fromkeys(one for one in kept if one))


def _several(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if isinstance(value, str) else []


def objects(value: Any) -> list[Said]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
