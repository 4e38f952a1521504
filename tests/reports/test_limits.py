"""A report that would take too long says so, and leaves everything as it was."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client as Browser
from pytest_django import Settings

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from reports import registry
from reports.base import Chosen
from reports.limits import TookTooLong, limited
from reports.sheets import Sheet

Browse = Callable[[Membership], Browser]
SHOWN = ("statement_timeout", "work_mem", "jit")


def slept(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def in_force() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(name) FROM unnest(%s::text[]) name", [list(SHOWN)])
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A speed report and a pipeline that are never done."""

    def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
        slept(5)
        return []

    settings.REPORT_SECONDS = 0.05
    for key in ("speed", "pipeline"):
        monkeypatch.setitem(registry.REPORTS, key, replace(registry.REPORTS[key], answer=answer))


def test_a_report_that_takes_too_long_says_so_and_offers_shorter_times(
    browse: Browse, owner: Membership, harbour: Client, slow: None
) -> None:
    answer = browse(owner).get(f"/reports/speed?client={harbour.pk}&channel=chat&from=2026-01-01&to=2026-03-15")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This report counts too much to be shown at once. Choose a shorter time, or one client." in page
    kept = f"client={harbour.pk}&amp;channel=chat&amp;span="
    assert [f"/reports/speed?{kept}{span}" in page for span in ("365d", "90d", "30d", "7d")] == [
        False,
        False,
        True,
        True,
    ]
    assert 'name="span"' in page


def test_one_that_takes_no_time_offers_none(browse: Browse, owner: Membership, slow: None) -> None:
    page = browse(owner).get("/reports/pipeline").content.decode()
    assert "This report counts too much to be shown at once. Choose one client." in page
    assert "span=" not in page


def test_a_file_of_it_is_refused_in_the_same_words(browse: Browse, owner: Membership, slow: None) -> None:
    answer = browse(owner).get("/reports/speed.csv")
    assert (answer.status_code, "Choose a shorter time" in answer.content.decode()) == (422, True)


def test_what_is_set_for_a_report_holds_for_nothing_after_it(db: None) -> None:
    before = in_force()
    with limited(7, "No."):
        assert in_force() == ["7s", "64MB", "off"]
    assert in_force() == before
    with pytest.raises(TookTooLong, match="No"), limited(0.05, "No."):
        slept(5)
    assert in_force() == before
