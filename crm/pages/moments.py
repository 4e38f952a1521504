"""Times in words, and the moments that a person can choose from. All in the time zone that is active."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

_STEPS = ((60, 1, "now"), (3600, 60, "{}m"), (86400, 3600, "{}h"), (7 * 86400, 86400, "{}d"))
MORNING = time(9)
MONDAY = 0


@dataclass(frozen=True)
class Choice:
    name: str
    at: datetime


def age(moment: datetime, now: datetime) -> str:
    """How long ago, as short as a list needs it: now, 5m, 3h, 2d, then the day. Where it lies ahead: in 3h."""
    seconds = int((now - moment).total_seconds())
    for limit, unit, words in _STEPS:
        if abs(seconds) < limit:
            text = words.format(abs(seconds) // unit)
            return f"in {text}" if seconds < -60 else text
    local = timezone.localtime(moment)
    return date_format(local, "j M" if local.year == timezone.localtime(now).year else "j M Y")


def exact(moment: datetime) -> str:
    """Fri 20 Nov 2026, 14:05."""
    return date_format(timezone.localtime(moment), "D j M Y, H:i")


def snooze_choices(now: datetime) -> list[Choice]:
    """When a conversation may come back: the soonest first."""
    local = timezone.localtime(now)
    to_monday = (MONDAY - local.weekday() - 1) % 7 + 1
    choices = [
        Choice("In three hours", _whole_minute(local + timedelta(hours=3))),
        Choice("Tomorrow morning", _morning(local, 1)),
        Choice("In three days", _morning(local, 3)),
        Choice("Next Monday", _morning(local, to_monday)),
        Choice("In a month", _morning(local, 30)),
    ]
    return sorted(choices, key=lambda choice: choice.at)


def _morning(local: datetime, days: int) -> datetime:
    day = (local + timedelta(days=days)).date()
    return timezone.make_aware(datetime.combine(day, MORNING))


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
