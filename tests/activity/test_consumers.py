"""Durable readers: each handles each event once, in order, and none waits for another."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.models import Workspace
from activity import consumers
from activity.consumers import Reader, consume, enrol, handle, retry
from activity.log import START
from activity.models import Consumer, Event, EventWork, Handled, ReactionSwitch
from activity.types import EventType
from activity.work import run_due
from clients.models import Client
from contacts.models import Label
from tests.activity.conftest import Happen, Listen
from tests.arrivals import wait_until_readable
from tests.crowd import InBackground, times

pytestmark = pytest.mark.django_db(transaction=True)


class Failing:
    """A handler that leaves a label each time, and fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures, self.tries = failures, 0

    def __call__(self, event: Event, actor: Actor) -> None:
        self.tries += 1
        Label.objects.create(workspace=actor.workspace, name=f"try {self.tries}")
        if self.tries <= self.failures:
            raise ValueError(f"failure {self.tries}")


def labels() -> list[str]:
    return list(Label.objects.order_by("name").values_list("name", flat=True))


def read(reader: Reader) -> int:
    wait_until_readable()
    return consume(reader)


def retry_now() -> int:
    EventWork.objects.filter(state=EventWork.State.WAITING).update(due_at="2020-01-01T00:00Z")
    return run_due(EventWork, retry)


def test_a_reader_handles_its_types_in_order_and_passes_over_the_rest(happen: Happen, listen: Listen) -> None:
    seen: list[int] = []
    reader = listen(lambda event, _: seen.append(event.sequence))
    wanted = [happen().sequence, happen().sequence]
    passed = happen(EventType.CLIENT_DELETED, fate="keep", to="")

    assert read(reader) == 2
    assert seen == wanted
    assert consume(reader) == 0
    assert Consumer.objects.get(name="note").sequence == passed.sequence


def test_a_handler_acts_as_the_system_in_the_events_workspace(
    happen: Happen, listen: Listen, workspace: Workspace
) -> None:
    actors: list[Actor] = []
    reader = listen(lambda _, actor: actors.append(actor))
    happen()
    read(reader)
    assert [(actor.workspace, actor.kind, actor.name) for actor in actors] == [(workspace, "system", "note")]


def test_two_processes_at_once_handle_each_event_once_and_in_order(happen: Happen, listen: Listen) -> None:
    seen: list[int] = []
    lock = threading.Lock()

    def note(event: Event, actor: Actor) -> None:
        with lock:
            seen.append(event.sequence)

    reader = listen(note)
    made = [happen().sequence for _ in range(40)]
    wait_until_readable()

    counts = times(4, lambda: consume(reader))

    read(reader)  # the others leave at once while one is at it: what is left waits for the next nudge
    assert all(isinstance(count, int) for count in counts)
    assert seen == made
    assert Handled.objects.count() == 40


def test_the_same_event_is_handled_once_however_many_handle_it(happen: Happen, listen: Listen) -> None:
    handler = Failing(0)
    reader = listen(handler)
    event = Event.objects.select_related("workspace").get(pk=happen().pk)

    ran = times(5, lambda: handle(reader, event))

    assert sorted(ran, key=str) == [False, False, False, False, True]
    assert labels() == ["try 1"]


def test_a_cursor_put_back_to_the_start_changes_nothing(happen: Happen, listen: Listen) -> None:
    reader = listen(Failing(0))
    happen()
    read(reader)
    Consumer.objects.update(transaction=START.transaction, sequence=START.sequence)

    read(reader)

    assert labels() == ["try 1"]


def test_a_failure_is_kept_while_the_log_goes_on_and_the_next_try_mends_it(happen: Happen, listen: Listen) -> None:
    handler = Failing(1)
    reader = listen(handler)
    failed, fine = happen(), happen()

    assert read(reader) == 2

    assert labels() == ["try 2"]  # the second event's; what the first did before it failed is undone
    assert list(Handled.objects.values_list("event_id", flat=True)) == [fine.pk]
    work = EventWork.objects.get()
    assert (work.event_id, work.consumer, work.attempts, work.state) == (failed.pk, "note", 1, "waiting")
    assert work.last_error == "ValueError: failure 1"
    assert run_due(EventWork, retry) == 0, "it is not due yet"

    assert retry_now() == 1

    work.refresh_from_db()
    assert (work.state, work.attempts, work.last_error) == ("done", 2, "")
    assert labels() == ["try 2", "try 3"]
    assert retry_now() == 0


def test_an_event_that_failed_does_not_stop_a_reader_that_starts_over(happen: Happen, listen: Listen) -> None:
    handler = Failing(2)
    reader = listen(handler)
    happen()
    read(reader)
    Consumer.objects.update(transaction=START.transaction, sequence=START.sequence)
    later = happen()

    assert read(reader) == 2

    assert EventWork.objects.get().state == "waiting"
    assert list(Handled.objects.values_list("event_id", flat=True)) == [later.pk]


def test_a_handler_that_breaks_its_transaction_is_kept_as_well(happen: Happen, listen: Listen) -> None:
    def broken(event: Event, actor: Actor) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    reader = listen(broken)
    happen()
    assert read(reader) == 1
    assert EventWork.objects.get().last_error.startswith("DataError: division by zero")


def test_a_reader_switched_off_passes_events_over_for_good(
    happen: Happen, listen: Listen, workspace: Workspace
) -> None:
    reader = listen(Failing(0))
    switch = ReactionSwitch.objects.create(workspace=workspace, reaction="note", enabled=False)
    happen()
    read(reader)
    assert labels() == []

    switch.enabled = True
    switch.save()
    Consumer.objects.update(transaction=START.transaction, sequence=START.sequence)
    read(reader)
    assert labels() == []

    happen()
    read(reader)
    assert labels() == ["try 1"]


def test_a_reader_that_is_no_automation_cannot_be_switched_off(
    happen: Happen, listen: Listen, workspace: Workspace
) -> None:
    reader = listen(Failing(0), switchable=False)
    ReactionSwitch.objects.create(workspace=workspace, reaction="note", enabled=False)
    happen()
    read(reader)
    assert labels() == ["try 1"]


def test_on_a_new_installation_readers_start_at_the_beginning(happen: Happen, listen: Listen) -> None:
    reader = listen(Failing(0))
    happen()
    read(reader)
    assert labels() == ["try 1"]


def test_a_reader_that_an_upgrade_brings_starts_at_the_end(happen: Happen, listen: Listen) -> None:
    listen(Failing(0), name="old")
    enrol()
    happen()
    wait_until_readable()
    reader = listen(Failing(0), name="new")
    enrol()
    happen()
    assert read(reader) == 1
    assert labels() == ["try 1"]


def test_enrolling_from_many_processes_at_once_gives_each_reader_one_cursor(listen: Listen) -> None:
    for number in range(5):
        listen(Failing(0), name=f"reader {number}")
    assert times(6, enrol) == [None] * 6
    assert Consumer.objects.count() == 5


@pytest.fixture
def held_row(happen: Happen, listen: Listen) -> Iterator[Reader]:
    """A reader whose cursor another process holds."""
    reader = listen(Failing(0))
    enrol()
    happen()
    wait_until_readable()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Consumer.objects.select_for_update().get(name="note")
            held.set()
            done.wait(30)

    other = InBackground(hold)
    assert held.wait(30)
    yield reader
    done.set()
    other.result()


def test_who_finds_a_reader_at_work_leaves_at_once(held_row: Reader) -> None:
    assert consume(held_row) == 0
    assert labels() == []


def test_history_that_was_told_is_settled_for_every_reader(
    happen: Happen, listen: Listen, workspace: Workspace, harbour: Client
) -> None:
    reader = listen(Failing(0))
    happen()
    consumers.settle(workspace)
    read(reader)
    assert labels() == []
