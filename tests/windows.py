"""Counts of requests, wrong passwords and wrong codes within one window of time, however long a test takes."""

import pytest

from accounts import rates


@pytest.fixture(autouse=True)
def _no_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the counts it is always the same moment, some seconds into a minute, five minutes and an hour: a test that
    straddled the end of one of these would be counted anew, and let through."""
    spend = rates._SPEND.replace("clock_timestamp()", "timestamptz '2026-11-20 14:00:20Z'")
    monkeypatch.setattr(rates, "_SPEND", spend)
