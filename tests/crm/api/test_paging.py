"""Walking through lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Workspace
from clients.models import Campaign
from tests import cast
from tests.cast import Api, Caller

START = datetime(2026, 4, 13, 9, tzinfo=UTC)


@pytest.fixture
def campaigns(workspace: Workspace) -> Any:
    """Forty-five, of which each three were made in the same instant; newest first."""
    made = [cast.a_campaign(workspace=workspace, name=f"Campaign {number}") for number in range(45)]
    for number, campaign in enumerate(made):
        Campaign.objects.filter(pk=campaign.pk).update(created_at=START + timedelta(minutes=number // 3))
    return [str(campaign.pk) for campaign in reversed(made)]


def ids(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["campaigns"]]


def test_by_page_with_the_exact_total(api: Api, campaigns: list[str]) -> None:
    caller = api()
    answer = caller.get("/campaigns")
    assert ids(answer) == campaigns[:20]
    assert answer.json()["pagination"] == {"page": 1, "per_page": 20, "total": 45, "total_pages": 3}
    answer = caller.get("/campaigns?page=3&per_page=20")
    assert ids(answer) == campaigns[40:]
    assert answer.json()["pagination"] == {"page": 3, "per_page": 20, "total": 45, "total_pages": 3}
    answer = caller.get("/campaigns?page=1000000&per_page=50")
    assert ids(answer) == []
    assert answer.json()["pagination"]["total"] == 45


def walk(caller: Caller, between=lambda: None) -> Any:
    cursor: str | None = ""
    seen: list[str] = []
    while cursor is not None:
        answer = caller.get(f"/campaigns?cursor={cursor}&per_page=7")
        seen += ids(answer)
        pagination = answer.json()["pagination"]
        assert sorted(pagination) == ["has_more", "next_cursor", "per_page"]
        assert pagination["has_more"] == (pagination["next_cursor"] is not None)
        cursor = pagination["next_cursor"]
        between()
    return seen


def test_by_cursor_each_row_comes_once(api: Api, campaigns: list[str]) -> None:
    assert walk(api()) == campaigns


def test_by_cursor_while_rows_are_added_none_repeats_and_none_is_skipped(
    api: Api, workspace: Workspace, campaigns: list[str]
) -> None:
    assert walk(api(), between=lambda: cast.a_campaign(workspace=workspace)) == campaigns
    assert Campaign.objects.count() == 45 + 7


def test_a_cursor_keeps_to_the_filter(api: Api, campaigns: list[str]) -> None:
    Campaign.objects.filter(pk__in=campaigns[::2]).update(status="sent")
    caller = api()
    first = caller.get("/campaigns?status=sent&cursor=&per_page=20")
    second = caller.get("/campaigns", {"status": "sent", "cursor": first.json()["pagination"]["next_cursor"]})
    assert ids(first) + ids(second) == campaigns[::2]


PLACE = "00f1d2c3b4a59687" + "01980000000070008000000000000000"


@pytest.mark.parametrize(
    "cursor", ["x", "\u00e9", PLACE[:-1], PLACE + "0", "1" + PLACE[1:], PLACE.upper(), f" {PLACE}", f"{PLACE}\n"]
)
def test_what_is_no_cursor(api: Api, cursor: str) -> None:
    answer = api().get("/campaigns", {"cursor": cursor})
    assert answer.status_code == 400
    sentence = "This is not a cursor of this list: start again with an empty one."
    assert answer.json()["details"]["fieldErrors"] == {"cursor": [sentence]}


def test_a_forged_cursor_is_just_another_place(api: Api, campaigns: list[str]) -> None:
    assert ids(api().get(f"/campaigns?cursor=03{'f' * 46}&per_page=50")) == campaigns
    assert ids(api().get(f"/campaigns?cursor={'0' * 48}")) == []


@pytest.mark.parametrize("query", ["", "?cursor="])
def test_a_list_costs_the_same_for_one_and_for_thirty(
    api: Api, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries, query: str
) -> None:
    caller = api()
    for made in (1, 29):
        for _ in range(made):
            cast.a_campaign(workspace=workspace)
        caller.get("/campaigns")
        # the rate, the key, and the rows; by page their number too
        with django_assert_num_queries(3 if query else 4):
            caller.get(f"/campaigns{query}")
