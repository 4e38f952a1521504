"""What of the other side is news: compared with what it said before, and with what stands here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_NEVER = object()


def news(
    *,
    theirs: Mapping[str, Any],
    seen: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs_at: datetime | None = None,
    ours_at: datetime | None = None,
) -> dict[str, Any]:
    """The fields to write here: those that were changed there since they were `seen`. Where one was changed here too,
    the last writer wins, field by field; ours stays where they tell no time, for it is on its way to them."""
    changed = {name: value for name, value in theirs.items() if value not in (seen.get(name, _NEVER), ours.get(name))}
    later = theirs_at is not None and ours_at is not None and theirs_at > ours_at
    return {name: value for name, value in changed.items() if later or ours.get(name) == seen.get(name, _NEVER)}
