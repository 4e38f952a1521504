"""The log of a database that was dumped in one cluster and restored in another, where transaction numbers are lower."""

import time

import pytest
from django.db import connection, transaction

from accounts.actors import Actor, system
from accounts.models import Workspace
from activity import log
from activity.consumers import READERS, consume, enrol, reaction
from activity.log import Position
from activity.models import Consumer, Event
from activity.restoring import carry_on, here
from activity.types import EventType
from crm.immutable import RENUMBER, switched
from tests.arrivals import PATIENCE
from tests.cast import a_client

pytestmark = pytest.mark.django_db(transaction=True)
FAR = 10**15


def happen(workspace: Workspace, times: int = 1) -> list[int]:
    client = a_client(workspace=workspace)
    made = []
    for _ in range(times):
        with transaction.atomic():
            event = log.record(system(workspace, "test"), EventType.CLIENT_CREATED, client, client=client.pk)
        made.append(event.sequence)
    wait_until_read(made)
    return made


def wait_until_read(made: list[int]) -> None:
    """Until nothing older runs any more: what other tests do on this server stands before these in every snapshot."""
    until = time.monotonic() + PATIENCE
    while log.after(log.START).filter(pk__in=made).count() < len(made):
        assert time.monotonic() < until, "a transaction older than these events stays open"
        time.sleep(0.02)


def restore_elsewhere() -> None:
    """What a restore does: the rows keep the numbers of a cluster that was far ahead."""
    with switched(RENUMBER), connection.cursor() as cursor:
        cursor.execute("UPDATE activity_event SET transaction = (transaction::text::bigint + %s)::text::xid8", [FAR])
    for cursor_row in Consumer.objects.exclude(transaction=0):
        Consumer.objects.filter(pk=cursor_row.pk).update(transaction=cursor_row.transaction + FAR)


def read() -> list[int]:
    return [event.sequence for event in log.after(log.START)]


def test_a_restored_log_is_hidden_until_it_carries_on_and_then_reads_in_order(workspace: Workspace) -> None:
    old = happen(workspace, 3)
    restore_elsewhere()
    new = happen(workspace)
    assert read() == new

    assert carry_on() is True

    assert read() == old + new
    assert carry_on() is False


def test_a_log_that_never_moved_is_left_alone(workspace: Workspace) -> None:
    happen(workspace, 2)
    before = list(Event.objects.values_list("transaction", "sequence"))

    assert carry_on() is False

    assert list(Event.objects.values_list("transaction", "sequence")) == before


def test_a_consumer_handles_what_it_had_not_read_and_nothing_twice(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr("activity.consumers.READERS", {})

    @reaction("note", EventType.CLIENT_CREATED, title="Note it.")
    def note(event: Event, actor: Actor) -> None:
        seen.append(event.sequence)

    from activity import consumers

    reader = consumers.READERS["note"]
    enrol()
    read_before = happen(workspace, 2)
    assert consume(reader) == 2
    unread = happen(workspace, 2)
    restore_elsewhere()
    carry_on()
    new = happen(workspace)

    consume(reader)

    assert seen == read_before + unread + new
    assert "note" not in READERS


def test_a_cursor_that_an_integrator_kept_stands_for_the_same_place(workspace: Workspace) -> None:
    first, second, third = happen(workspace, 3)
    kept = Position(Event.objects.get(pk=second).transaction + FAR, second)
    restore_elsewhere()
    carry_on()

    assert [event.sequence for event in log.after(here(kept))] == [third]
    assert first not in [event.sequence for event in log.after(here(kept))]
