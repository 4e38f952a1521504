"""Working hours, against a model that asks the clock on the wall minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.hours import Calendar, Hours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
# Moments around which a clock was changed: by an hour, by half of one, at midnight, and once by a whole day.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),
]


def slow(hours: Hours, start: datetime, end: datetime) -> timedelta:
    counted = 0
    while start < end:
        local = start.astimezone(hours.zone)
        counted += local.weekday() in hours.days and hours.opens <= local.hour * 60 + local.minute < hours.closes
        start += MINUTE
    return counted * MINUTE


@settings(max_examples=60)
@given(
    change=st.sampled_from(CHANGES),
    days=st.frozensets(st.integers(0, 6)),
    window=st.tuples(st.integers(0, 1440), st.integers(0, 1440)),
    before=st.integers(-2000, 4000),
    length=st.integers(0, 5000),
)
@example(change=CHANGES[1], days=frozenset({6}), window=(150, 210), before=300, length=900)
def test_it_is_what_the_clock_on_the_wall_says_minute_by_minute(
    change: tuple[str, datetime], days: frozenset[int], window: tuple[int, int], before: int, length: int
) -> None:
    zone, moment = change
    hours = Hours(ZoneInfo(zone), days, min(window), max(window))
    start = moment - before * MINUTE
    end = start + length * MINUTE
    assert Calendar(hours, start, end).between(start, end) == slow(hours, start, end)


@settings(max_examples=50)
@given(cuts=st.lists(st.integers(0, 40 * 86_400_000_000), min_size=3, max_size=3))
def test_two_stretches_together_are_the_whole_to_the_microsecond(cuts: list[int]) -> None:
    since = datetime(2026, 3, 10, tzinfo=UTC)
    one, two, three = (since + timedelta(microseconds=cut) for cut in sorted(cuts))
    calendar = Calendar(Hours(BERLIN), since, since + timedelta(days=40))
    assert calendar.between(one, two) + calendar.between(two, three) == calendar.between(one, three)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-11-20 16:40", "2026-11-23 09:10", timedelta(minutes=30)),  # Friday evening to Monday morning
        ("2026-11-21 10:00", "2026-11-22 18:00", timedelta()),  # a weekend
        ("2026-03-27 12:00", "2026-03-30 12:00", timedelta(hours=8)),  # the clock goes forward in between
        ("2026-11-20 10:00:00", "2026-11-20 10:00:07", timedelta(seconds=7)),
        ("2026-11-20 12:00", "2026-11-20 11:00", timedelta()),  # it cannot be less than nothing
    ],
)
def test_working_time_by_hand(start: str, end: str, worked: timedelta) -> None:
    one, two = berlin(start), berlin(end)
    assert Calendar(Hours(BERLIN), min(one, two), max(one, two)).between(one, two) == worked
