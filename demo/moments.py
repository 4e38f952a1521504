"""Times without a fixed date: when something in the story happened, as seen from the `now` at which it is told.

`now` must be an aware datetime. "Today" is the day that it has in the workspace's zone; moments given back are UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

# {{-3|d MMMM yyyy|de}}: the day three days before today, in that CLDR pattern and language.
# {{+2w|EEEE|en}}: in two days, or on the Monday after when that is a weekend.
DATE_IN_TEXT = re.compile(r"\{\{([+-]?\d+)(w?)\|([^|{}]+)\|([a-z]{2})\}\}")
SATURDAY = 5


@dataclass(frozen=True)
class OnDay:
    """A wall-clock time so many days from today; before today when `day` is negative."""

    day: int
    at: time
    zone: ZoneInfo

    def moment(self, now: datetime) -> datetime:
        return datetime.combine(day_after(now, self.day, self.zone), self.at, tzinfo=self.zone).astimezone(UTC)

    @property
    def hours_from_midnight(self) -> float:
        return self.day * 24 + self.at.hour + self.at.minute / 60 + self.at.second / 3600


@dataclass(frozen=True)
class HoursAgo:
    hours: float

    def moment(self, now: datetime) -> datetime:
        return _aware(now).astimezone(UTC) - timedelta(hours=self.hours)

    @property
    def hours_from_midnight(self) -> float:
        """The earliest that this can be: when the story is told at midnight."""
        return -self.hours


When = OnDay | HoursAgo


def always_before(first: When, second: When) -> bool:
    """Whether `first` comes first whatever the hour at which the story is told."""
    if isinstance(first, HoursAgo) and isinstance(second, OnDay):
        return False
    return first.hours_from_midnight < second.hours_from_midnight


def day_after(now: datetime, days: int, zone: ZoneInfo) -> date:
    return _aware(now).astimezone(zone).date() + timedelta(days=days)


def fill_dates(text: str, now: datetime, zone: ZoneInfo) -> str:
    """The text with its dates (see DATE_IN_TEXT) written out as seen from `now`."""

    def written_out(found: re.Match[str]) -> str:
        days, working, pattern, language = found.groups()
        day = day_after(now, int(days), zone)
        return str(format_date(_working_day(day) if working else day, pattern, locale=language))

    return DATE_IN_TEXT.sub(written_out, text)


def _working_day(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("the demo needs an aware datetime to know what today is")
    return now
