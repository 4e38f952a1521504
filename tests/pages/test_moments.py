from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.pages import moments

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=3, minutes=59), "3h"),
        (timedelta(days=6), "6d"),
        (timedelta(days=8), "12 Nov"),
        (timedelta(days=400), "16 Oct 2025"),
        (-timedelta(hours=2), "in 2h"),
    ],
)
def test_an_age_is_as_short_as_a_list_needs_it(before: timedelta, words: str) -> None:
    assert moments.age(NOW - before, NOW) == words


def test_the_exact_moment_is_in_the_persons_zone() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert moments.exact(NOW) == "Fri 20 Nov 2026, 23:05"


def test_snooze_offers_mornings_of_the_persons_day() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        offered = {choice.name: choice.at.isoformat() for choice in moments.snooze_choices(NOW)}
    assert offered == {
        "In three hours": "2026-11-20T18:05:00+01:00",
        "Tomorrow morning": "2026-11-21T09:00:00+01:00",
        "In three days": "2026-11-23T09:00:00+01:00",
        "Next Monday": "2026-11-23T09:00:00+01:00",
        "In a month": "2026-12-20T09:00:00+01:00",
    }


@pytest.mark.parametrize("days", range(7))
def test_snooze_offers_the_soonest_first(days: int) -> None:
    moments_offered = [choice.at for choice in moments.snooze_choices(NOW + timedelta(days=days))]
    assert moments_offered == sorted(moments_offered)


def test_next_monday_is_a_week_ahead_on_a_monday() -> None:
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    choice = next(one for one in moments.snooze_choices(monday) if one.name == "Next Monday")
    assert choice.at.date().isoformat() == "2026-11-30"
