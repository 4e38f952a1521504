"""The days that a report is about. All in the time zone that is active."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from crm.errors import Invalid

CUSTOM = "custom"
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Span:
    """From the day `first` to the day `last`, both of them whole."""

    first: date
    last: date
    preset: str = CUSTOM

    @property
    def start(self) -> datetime:
        """The first moment in it."""
        return begin_of(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return begin_of(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        if self.first == self.last:
            return date_format(self.first, "j M Y")
        return f"{date_format(self.first, 'j M Y')} to {date_format(self.last, 'j M Y')}"


@dataclass(frozen=True)
class Preset:
    key: str
    name: str
    days: Callable[[date], tuple[date, date]]


def begin_of(day: date) -> datetime:
    """Its first moment on the clock of the active zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def end_of(day: date) -> datetime:
    """The first moment after it."""
    return begin_of(day + timedelta(days=1))


def _last(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days - 1), today)


def _months(length: int, *, before: bool = False) -> Callable[[date], tuple[date, date]]:
    """The stretch of `length` months that holds today, up to today; or the whole one before it."""

    def days(today: date) -> tuple[date, date]:
        first = today.replace(month=(today.month - 1) // length * length + 1, day=1)
        if not before:
            return first, today
        last = first - timedelta(days=1)
        return last.replace(month=last.month - length + 1, day=1), last

    return days


PRESETS = {
    one.key: one
    for one in (
        Preset("7d", "Last 7 days", _last(7)),
        Preset("30d", "Last 30 days", _last(30)),
        Preset("90d", "Last 90 days", _last(90)),
        Preset("365d", "Last 365 days", _last(365)),
        Preset("month", "This month", _months(1)),
        Preset("last-month", "Last month", _months(1, before=True)),
        Preset("quarter", "This quarter", _months(3)),
        Preset("last-quarter", "Last quarter", _months(3, before=True)),
        Preset("year", "This year", _months(12)),
        Preset("last-year", "Last year", _months(12, before=True)),
    )
}


def preset(key: str, today: date) -> Span:
    """Raises Invalid for a key that is none."""
    found = PRESETS.get(key)
    if found is None:
        raise Invalid(fields={"span": [f"“{key}” is no stretch of time. Use {', '.join(PRESETS)} or {CUSTOM}."]})
    return Span(*found.days(today), preset=key)


def shorter(span: Span, today: date) -> list[Preset]:
    """Up to today, each with fewer days than `span`, the longest first."""
    length = span.last - span.first
    return [PRESETS[key] for key in ("90d", "30d", "7d") if _length(PRESETS[key], today) < length]


def _length(one: Preset, today: date) -> timedelta:
    first, last = one.days(today)
    return last - first


def custom(first: str, last: str, today: date) -> Span:
    """As typed. Without a last day up to today, without a first that one day. Raises Invalid."""
    until = day(last, "to") if last else today
    begin = day(first, "from") if first else until
    if begin > until:
        raise Invalid(fields={"from": ["The first day comes after the last one. Exchange them."]})
    return Span(begin, until)


def day(text: str, field: str) -> date:
    """Raises Invalid for what is no day as a date field sends it, or one that no calendar of sales has."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid(fields={field: [f"“{text}” is not a day: write it like 2026-05-31."]}) from None
    if found.year not in YEARS:
        raise Invalid(fields={field: [f"Choose a day between {YEARS[0]} and {YEARS[-1]}."]})
    return found
