"""Work rows: leased, counted before they run, done in the transaction of their effect, dead after the last try."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from activity import work
from activity.models import EventWork
from activity.work import LEASE, PAUSES, replay, run_due
from contacts.models import Label
from tests.activity.conftest import Happen
from tests.crowd import InBackground, times

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(happen: Happen, workspace: Workspace) -> EventWork:
    """A piece of work that is due."""
    return EventWork.objects.create(consumer="test", event=happen(), workspace=workspace, due_at=timezone.now())


def leave_a_trace(row: EventWork) -> None:
    Label.objects.create(workspace=row.workspace, name=f"attempt {row.attempts}")


def fail(row: EventWork) -> None:
    leave_a_trace(row)
    raise ValueError("No luck.\x00\ud800")


def traces() -> list[str]:
    return list(Label.objects.order_by("name").values_list("name", flat=True))


def let_lease_run_out() -> None:
    EventWork.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def make_due() -> None:
    EventWork.objects.update(due_at=timezone.now())


def test_what_is_due_runs_once(waiting: EventWork) -> None:
    assert run_due(EventWork, leave_a_trace) == 1
    assert run_due(EventWork, leave_a_trace) == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.leased_until) == ("done", 1, None)
    assert waiting.done_at is not None
    assert traces() == ["attempt 1"]


def test_what_is_due_later_waits(waiting: EventWork) -> None:
    EventWork.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert run_due(EventWork, leave_a_trace) == 0
    assert traces() == []


def test_a_failure_leaves_its_words_and_nothing_else_and_is_tried_again_later(waiting: EventWork) -> None:
    assert run_due(EventWork, fail) == 1
    waiting.refresh_from_db()
    assert traces() == []
    assert (waiting.state, waiting.attempts, waiting.leased_until) == ("waiting", 1, None)
    assert waiting.last_error == "ValueError: No luck.?"
    assert timedelta(0) < waiting.due_at - timezone.now() <= timedelta(seconds=PAUSES[0])


def test_after_the_last_try_it_is_dead_and_a_replay_gives_it_all_tries_again(waiting: EventWork) -> None:
    for _ in PAUSES:
        assert run_due(EventWork, fail) == 1
        make_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("dead", len(PAUSES))
    assert run_due(EventWork, leave_a_trace) == 0

    replay(waiting)

    assert run_due(EventWork, leave_a_trace) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("done", 1)


def test_what_is_not_dead_is_not_replayed(waiting: EventWork) -> None:
    run_due(EventWork, leave_a_trace)
    replay(waiting)
    assert run_due(EventWork, leave_a_trace) == 0


def test_the_work_of_a_killed_worker_is_taken_up_when_its_lease_has_run_out(waiting: EventWork) -> None:
    def killed() -> None:
        assert work._claim(EventWork, None) is not None
        connection.close()

    InBackground(killed).result()
    waiting.refresh_from_db()
    assert waiting.attempts == 1, "counted before it ran"
    assert waiting.leased_until is not None
    assert timedelta(0) < waiting.leased_until - timezone.now() <= LEASE
    assert run_due(EventWork, leave_a_trace) == 0

    let_lease_run_out()

    assert run_due(EventWork, leave_a_trace) == 1
    assert traces() == ["attempt 2"]


def test_work_that_kills_its_worker_every_time_is_dead_in_the_end(waiting: EventWork) -> None:
    for _ in PAUSES:
        assert work._claim(EventWork, None) is not None
        let_lease_run_out()
    assert run_due(EventWork, leave_a_trace) == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.leased_until) == ("dead", len(PAUSES), None)
    assert waiting.last_error == "The worker ended in the middle of every try."
    assert traces() == []


def test_who_took_longer_than_the_lease_undoes_what_they_did(waiting: EventWork) -> None:
    started, others_done = threading.Event(), threading.Event()

    def slow(row: EventWork) -> None:
        leave_a_trace(row)
        started.set()
        assert others_done.wait(30)

    late = InBackground(lambda: run_due(EventWork, slow, most=1))
    assert started.wait(30)
    let_lease_run_out()

    assert run_due(EventWork, leave_a_trace) == 1

    others_done.set()
    late.result()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("done", 2, "")
    assert traces() == ["attempt 2"]


def test_who_took_longer_than_the_lease_leaves_the_row_to_whoever_has_it_now(waiting: EventWork) -> None:
    def take_over() -> None:
        let_lease_run_out()
        assert work._claim(EventWork, None) is not None

    def slow(row: EventWork) -> None:
        leave_a_trace(row)
        InBackground(take_over).result()

    assert run_due(EventWork, slow, most=1) == 1

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("waiting", 2, "")
    assert waiting.leased_until is not None
    assert traces() == []


def test_many_workers_at_once_run_each_row_once(happen: Happen, workspace: Workspace) -> None:
    for _ in range(30):
        EventWork.objects.create(consumer="test", event=happen(), workspace=workspace, due_at=timezone.now())

    def once(row: EventWork) -> None:
        Label.objects.create(workspace=row.workspace, name=str(row.pk))  # a second one of the name is refused

    counts = times(4, lambda: run_due(EventWork, once))

    assert sum(count for count in counts if isinstance(count, int)) == 30
    assert EventWork.objects.filter(state="done", attempts=1).count() == 30
    assert Label.objects.count() == 30
