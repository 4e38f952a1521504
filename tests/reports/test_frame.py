"""The list of reports, and what every one of them has: filters in the address, tables, files."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from clients.models import Client
from contacts.actions import create as create_contact
from deals import actions
from reports.registry import REPORTS
from tests.cast import acting

Browse = Callable[[Membership], Browser]


def sold(
    owner: Membership, client: Client, value: int, stage: str = "new", currency: str = "EUR", **fields: object
) -> None:
    contact = create_contact(actor=acting(owner), name=f"=Person {value}", client_id=client.pk)
    actions.create(
        actor=acting(owner), contact_id=contact.pk, value=value, currency=currency, stage=stage, **fields  # type: ignore[arg-type]
    )  # fmt: skip


def asked(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert browser.get(path).status_code == 200
    return len(questions)


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_asks_as_many_questions_for_many_deals_as_for_one(
    browse: Browse, owner: Membership, harbour: Client, key: str
) -> None:
    browser = browse(owner)
    sold(owner, harbour, 1)
    asked(browser, f"/reports/{key}")
    few = asked(browser, f"/reports/{key}")
    for number, stage in enumerate(("new", "contacted", "won", "lost", "interested") * 4):
        sold(owner, harbour, number, stage, "JPY" if number % 3 else "EUR")
    assert asked(browser, f"/reports/{key}") == few


def test_the_list_names_every_report_and_keeps_the_client(browse: Browse, owner: Membership, harbour: Client) -> None:
    page = browse(owner).get(f"/reports?client={harbour.pk}").content.decode()
    missing = [key for key in REPORTS if f'href="/reports/{key}?client={harbour.pk}"' not in page]
    assert missing == []


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/reports/nonsense", 404, "There is no such report."),
        ("/reports/nonsense.csv", 404, "There is no such report."),
        ("/reports/pipeline.csv?sheet=nonsense", 404, "no such table"),
        ("/reports/pipeline?owner=nonsense", 422, "This is not an id."),
        ("/reports/pipeline?owner=0198b3f5-0000-7000-8000-000000000000", 422, "There is no membership with this id."),
        ("/reports/pipeline?client=nonsense", 404, ""),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(
    browse: Browse, owner: Membership, path: str, status: int, words: str
) -> None:
    answer = browse(owner).get(path)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


def test_an_empty_field_does_not_stay_in_the_address(browse: Browse, owner: Membership) -> None:
    answer = browse(owner).get("/reports/pipeline?owner=&client=")
    assert (answer.status_code, answer["Location"]) == (303, "/reports/pipeline")


def test_a_file_has_the_amounts_as_a_spreadsheet_calculates_and_no_formula(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    sold(owner, harbour, 123_456, "new", "EUR")
    sold(owner, harbour, 1500, "contacted", "JPY")
    answer = browse(owner).get("/reports/pipeline.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="pipeline-stages-')
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines == [
        ["Stage", "Deals", "Value", "Weighted", "Currency"],
        ["New", "1", "1234.56", "123.45", "EUR"],
        ["Contacted", "1", "1500", "300", "JPY"],
    ]


def test_nobody_reads_the_figures_of_another_client(
    browse: Browse, owner: Membership, viewer: Membership, other_client_agent: Membership, harbour: Client,
    meadow: Client,
) -> None:  # fmt: skip
    sold(owner, harbour, 2300)
    sold(owner, meadow, 4400)
    said = [browse(who).get("/reports/pipeline").content.decode() for who in (owner, viewer, other_client_agent)]
    assert ["€67.00" in page for page in said] == [True, False, False]
    assert ["€23.00" in page for page in said] == [False, True, False]
    assert ["€44.00" in page for page in said] == [False, False, True]
    assert "Meadow" not in said[1]
    assert "Harbour" not in said[2]


def test_an_empty_report_says_why_and_what_to_do(browse: Browse, owner: Membership) -> None:
    page = browse(owner).get("/reports/pipeline?owner=none").content.decode()
    assert "No deal is open." in page
    assert "Clear the filter" in page
