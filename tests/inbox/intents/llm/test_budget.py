"""The day's budget, exact however many ask at once; and the breaker."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership, Workspace
from inbox.intents.llm import asking, budget
from inbox.intents.llm.asking import SAMPLE, Asking
from inbox.intents.llm.budget import NotAsked, Standing
from inbox.intents.llm.models import LlmDay, LlmSettings
from inbox.intents.passes import PassFailed
from tests.crowd import times
from tests.inbox.intents.llm.conftest import Chosen, guessed
from tests.inbox.intents.llm.stand_in import StandIn


def fresh(settings: LlmSettings) -> LlmSettings:
    return LlmSettings.objects.select_related("workspace").get(pk=settings.pk)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_as_many_are_let_through_as_the_budget_has(chosen: Chosen) -> None:
    settings = chosen(calls_per_day=3)
    results = times(8, lambda: budget.spend(settings))
    assert sorted(type(one).__name__ for one in results) == ["NotAsked"] * 5 + ["date"] * 3
    assert LlmDay.objects.get().calls == 3


def test_over_the_budget_nothing_is_sent_and_the_local_judgement_stands(chosen: Chosen, model: StandIn) -> None:
    settings = chosen(calls_per_day=1)
    model.says("interested", 0.9, "send me a quote")
    asking.ask(settings, SAMPLE)
    with pytest.raises(NotAsked, match="used up"):
        Asking(settings)(SAMPLE, guessed()[1])
    assert len(model.calls()) == 1
    assert budget.standing(settings.workspace) == Standing(calls=1, tokens=430, skipped=1)


def test_the_call_that_uses_up_the_tokens_is_the_last(chosen: Chosen, model: StandIn) -> None:
    settings = chosen(tokens_per_day=1000)
    model.says("interested", 0.9, "send me a quote", body={"usage": {"prompt_tokens": 990, "completion_tokens": 20}})
    asking.ask(settings, SAMPLE)
    with pytest.raises(NotAsked):
        asking.ask(settings, SAMPLE)
    assert (len(model.calls()), LlmDay.objects.get().tokens) == (1, 1010)


def test_a_new_day_begins_by_the_workspaces_own_clock(chosen: Chosen, workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Asia/Jakarta")
    settings = chosen(calls_per_day=1)
    with time_machine.travel(datetime(2026, 3, 1, 16, 59, tzinfo=UTC), tick=False):
        assert budget.spend(fresh(settings)) == date(2026, 3, 1)
        with pytest.raises(NotAsked):
            budget.spend(fresh(settings))
    with time_machine.travel(datetime(2026, 3, 1, 17, 0, tzinfo=UTC), tick=False):
        assert budget.spend(fresh(settings)) == date(2026, 3, 2)


def test_after_failures_in_a_row_it_is_left_alone_and_then_asked_again(chosen: Chosen, model: StandIn) -> None:
    settings = chosen()
    model.does(status=500)
    for _ in range(5):
        assert not budget.is_paused(fresh(settings))
        with pytest.raises(PassFailed):
            Asking(fresh(settings))(SAMPLE, guessed()[1])
    paused = fresh(settings)
    assert paused.paused_until is not None
    assert timedelta(minutes=9) < paused.paused_until - timezone.now() <= timedelta(minutes=10)
    with pytest.raises(NotAsked, match="left alone"):
        Asking(paused)(SAMPLE, guessed()[1])
    assert len(model.calls()) == 5
    model.says("interested", 0.9, "send me a quote")
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        Asking(fresh(settings))(SAMPLE, guessed()[1])
    assert (fresh(settings).failures, fresh(settings).paused_until) == (0, None)


def test_one_success_between_begins_the_count_anew(chosen: Chosen, model: StandIn) -> None:
    settings = chosen()
    for _ in range(2):
        model.does(status=500)
        for _ in range(4):
            with pytest.raises(PassFailed):
                asking.ask(settings, SAMPLE)
        model.says("interested", 0.9, "send me a quote")
        asking.ask(settings, SAMPLE)
    assert fresh(settings).paused_until is None


@pytest.mark.parametrize(("asked_for", "least", "most"), [("90", 80, 90), ("999999", 21_590, 21_600)])
def test_who_asks_to_be_left_alone_is_at_once_but_not_for_ever(
    chosen: Chosen, model: StandIn, asked_for: str, least: int, most: int
) -> None:
    settings = chosen()
    model.does(status=429, headers={"Retry_After": asked_for})
    with pytest.raises(PassFailed):
        asking.ask(settings, SAMPLE)
    until = fresh(settings).paused_until
    assert until is not None
    assert least < (until - timezone.now()).total_seconds() <= most


def test_each_workspace_has_a_budget_of_its_own(chosen: Chosen, outsider: Membership) -> None:
    budget.spend(chosen(calls_per_day=1))
    other = LlmSettings.objects.create(workspace=outsider.workspace, base_url="x", model="m", calls_per_day=1)
    budget.spend(other)
    assert LlmDay.objects.count() == 2
