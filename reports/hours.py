"""Working hours: how much of the time between two moments somebody was there to answer."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
MONDAY_TO_FRIDAY = frozenset(range(5))
NINE, FIVE = 9 * 60, 17 * 60
_SECOND = timedelta(seconds=1)
# Wherever on earth it is noon, everybody's local day of this date lies within these bounds.
_WIDEST = timedelta(hours=15)


@dataclass(frozen=True)
class Hours:
    """days: 0 is Monday. opens, closes: minutes on the clock of `zone`, `closes` not included; 1440 is midnight."""

    zone: ZoneInfo
    days: frozenset[int] = MONDAY_TO_FRIDAY
    opens: int = NINE
    closes: int = FIVE

    @property
    def a_day(self) -> timedelta:
        """How long a working day is on the clock."""
        return timedelta(minutes=self.closes - self.opens)


class Calendar:
    """The working time of `hours` from the day of `since` to the day of `until`, both aware; asked as often as one
    likes. starts, ends: of its stretches, in order. before: how much was worked before each, and at last in all."""

    def __init__(self, hours: Hours, since: datetime, until: datetime) -> None:
        spans = sorted(_spans(hours, since.astimezone(hours.zone).date(), until.astimezone(hours.zone).date()))
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.before = list(accumulate((end - start for start, end in spans), initial=timedelta()))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; nothing where `end` comes first."""
        return max(timedelta(), self._until(end) - self._until(start))

    def _until(self, moment: datetime) -> timedelta:
        index = bisect_right(self.starts, moment)
        if index == 0:
            return timedelta()
        left_over = max(timedelta(), self.ends[index - 1] - moment)
        return self.before[index] - left_over


def _spans(hours: Hours, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() in hours.days:
            yield from _of_day(hours, day)


@lru_cache(maxsize=8192)
def _of_day(hours: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The day's working time in UTC. Where the clock is put forward or back that day, each stretch of one offset has
    its own: an hour that comes twice counts twice, one that is skipped does not count."""
    midnight = datetime.combine(day, time(), UTC)
    opens, closes = midnight + timedelta(minutes=hours.opens), midnight + timedelta(minutes=hours.closes)
    found = (
        (max(opens - offset, begins), min(closes - offset, ends))
        for offset, begins, ends in _offsets(hours.zone, midnight - _WIDEST, midnight + timedelta(days=1) + _WIDEST)
    )
    return tuple((start, end) for start, end in found if start < end)


def _offsets(zone: ZoneInfo, begins: datetime, ends: datetime) -> list[tuple[timedelta, datetime, datetime]]:
    """The offsets that hold from `begins` to `ends`, with when: two days see at most one change of the clock."""
    first, last = _offset(zone, begins), _offset(zone, ends)
    if first == last:
        return [(first, begins, ends)]
    change = _changed_at(zone, begins, ends)
    return [(first, begins, change), (last, change, ends)]


def _changed_at(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second with another offset than `before`."""
    known = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (middle, after) if _offset(zone, middle) == known else (before, middle)
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
