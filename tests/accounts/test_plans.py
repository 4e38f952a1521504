"""What each plan allows, and what is said where it is used up."""

import pytest
from django.db import transaction

from accounts import keys
from accounts.models import ApiKey, Membership, Workspace
from accounts.plans import ALLOWANCES, COUNTED, Allowance, Plan, Room, must_have_room, room
from crm.errors import PlanLacks
from tests.cast import a_workspace, acting, key_of
from tests.crowd import times


@pytest.mark.parametrize("what", [*COUNTED, "requests_per_minute"])
def test_no_limit_shrinks_from_one_plan_to_the_next(what: str) -> None:
    limits = [ALLOWANCES[plan].limit(what) for plan in Plan]
    sizes = [float("inf") if limit is None else limit for limit in limits]
    assert sizes == sorted(sizes)


def test_everything_that_is_counted_is_a_limit_of_every_plan() -> None:
    assert set(Allowance.__dataclass_fields__) == {*COUNTED, "clients", "requests_per_minute"}


@pytest.mark.parametrize(
    ("used", "limit", "words", "nearly", "full"),
    [
        (0, 5, "0 of 5 used", False, False),
        (3, 5, "3 of 5 used", False, False),
        (4, 5, "4 of 5 used", True, False),
        (5, 5, "5 of 5 used", True, True),
        (6, 5, "6 of 5 used", True, True),
        (1200, None, "1,200 used, no limit", False, False),
    ],
)
def test_the_line_that_says_how_much_is_used(
    used: int, limit: int | None, words: str, nearly: bool, full: bool
) -> None:
    shown = Room("connections", used, limit)
    assert (shown.words, shown.is_nearly_full, shown.is_full) == (words, nearly, full)


def test_the_room_is_that_of_the_workspaces_plan() -> None:
    assert room(Workspace(plan=Plan.FREE), "connections", 2) == Room("connections", 2, 3)
    assert room(Workspace(plan=Plan.ENTERPRISE), "connections", 2) == Room("connections", 2, None)


FREE_IS_FULL = (
    "The plan Free allows 3 connections, and there are 3 already. Pro allows 15: an owner can change the plan under "
    "Settings, Plan."
)
MAX_IS_FULL = (
    "The plan Max allows 300 connections, and there are 400 already. Enterprise sets no limit: an owner can change the "
    "plan under Settings, Plan."
)


@pytest.mark.parametrize(("plan", "used", "sentence"), [(Plan.FREE, 3, FREE_IS_FULL), (Plan.MAX, 400, MAX_IS_FULL)])
def test_the_refusal_names_the_plan_the_limit_and_the_plan_that_has_room(plan: str, used: int, sentence: str) -> None:
    with pytest.raises(PlanLacks) as refusal:
        must_have_room(Workspace(plan=plan), "connections", used)
    assert (str(refusal.value), refusal.value.code) == (sentence, "plan_required")


def test_the_last_one_that_there_is_room_for_is_let_in() -> None:
    must_have_room(Workspace(plan=Plan.FREE), "connections", 2)
    must_have_room(Workspace(plan=Plan.ENTERPRISE), "connections", 10**6)


def test_a_key_that_opens_nothing_any_more_takes_no_room(owner: Membership) -> None:
    Workspace.objects.update(plan=Plan.FREE)
    owner.refresh_from_db()
    for _ in range(3):
        key_of(owner.workspace)
    with pytest.raises(PlanLacks, match="allows 3 API keys"):
        keys.create_api_key(actor=acting(owner), name="One more")
    assert ApiKey.objects.count() == 3
    ApiKey.objects.filter(pk=ApiKey.objects.earliest("created_at").pk).update(is_active=False)
    keys.create_api_key(actor=acting(owner), name="One more")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_last_place_at_once_one_is_refused() -> None:
    workspace = a_workspace(plan=Plan.FREE)
    for _ in range(2):
        key_of(workspace)
    answers = times(4, lambda: key_of(workspace))
    assert sorted(type(answer).__name__ for answer in answers) == ["PlanLacks"] * 3 + ["str"]
    assert ApiKey.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_plan_of_this_moment_counts_not_the_one_that_was_read_before() -> None:
    workspace = a_workspace(plan=Plan.FREE)
    Workspace.objects.update(plan=Plan.PRO)
    with transaction.atomic():
        must_have_room(workspace, "people", lambda: 10)
    assert workspace.plan == Plan.FREE
