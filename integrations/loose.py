"""Reading what an outside system sends without trust: any key may be null, absent or of another type than its
documentation shows."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm.text import storable

# Above this, unix seconds would be of the year 5138: milliseconds are meant.
_MILLISECONDS = 10**11
_DEEPEST = 100
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def text(value: Any, most: int | None = None) -> str:
    """A text or a number as text, so that the ids 2016 and "2016" are the same; anything else is an empty one."""
    if isinstance(value, str):
        return storable(value.strip(), most)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return str(value)[:most]


def part(payload: Any, *names: str) -> dict[str, Any]:
    """The object at `payload[name][name]…`; an empty one where there is none."""
    for name in names:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return dict(payload) if isinstance(payload, Mapping) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; one object alone is a list of one."""
    if isinstance(value, Mapping):
        return [dict(value)]
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """Unix seconds (or milliseconds), as a number or as text, in UTC."""
    try:
        seconds = float(text(value))
    except ValueError:
        return None
    seconds = seconds / 1000 if seconds > _MILLISECONDS else seconds
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST.timestamp() else None


def of_our_time(at: datetime | None) -> datetime | None:
    """`at`, where it is no slip or trick. The last hours of the year 9999 in the far west are in UTC a time that can be
    stored, but never be read again: neither the row, nor the queue that it stands in."""
    return at if at is not None and _EARLIEST <= at < _LATEST else None


def is_maze(value: Any) -> bool:
    """Whether lists and objects stand in each other deeper than anybody means. Looked at level by level."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        inner = [one.values() if isinstance(one, Mapping) else one for one in level if isinstance(one, Mapping | list)]
        level, depth = [each for one in inner for each in one], depth + 1
    return depth > _DEEPEST
