"""When a mail was written, as far as it can be believed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

CLOCKS_DIFFER = timedelta(days=1)


def plausible(dates: Iterable[datetime], otherwise: datetime, now: datetime) -> datetime:
    """The first date that is not in the future, for a wrong clock must not keep a conversation on top for ever; with
    none, `otherwise`. Never after `now`."""
    return min(now, next((date for date in dates if date <= now + CLOCKS_DIFFER), otherwise))
