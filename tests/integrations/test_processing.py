"""Handling what came: once, in a transaction with its mark, again after a failure, never while it is paused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Contact
from crm.errors import Conflict
from integrations import processing
from integrations.base import Failed, Item, Later
from integrations.connecting import Opened, connect, disconnect, pause, resume
from integrations.doors import store
from integrations.models import InboundEvent
from tests.cast import acting
from tests.integrations.plain import Plain, nothing

pytestmark = pytest.mark.django_db(transaction=True)


def came(opened: Opened, *keys: str) -> None:
    for key in keys:
        store(opened.connection, [Item(key, "said", {})], b"")


def raising(error: Exception) -> Any:
    def raise_it(event: InboundEvent) -> None:
        raise error

    return raise_it


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_could_not_be_read_again_holds_up_nobody(opened: Opened, plain: Plain, at: str) -> None:
    store(opened.connection, [Item("e1", "said", {"at": at}, datetime.fromisoformat(at))], b"")
    came(opened, "e2")
    assert processing.work_off() == 2
    assert plain.handled == ["e1", "e2"]
    assert InboundEvent.objects.get(key="e1").occurred_at is None


def test_each_is_handled_once_and_says_what_became_of_it(opened: Opened, plain: Plain) -> None:
    came(opened, "e1", "e2", "e1")
    assert processing.work_off() == 2
    assert processing.work_off() == 0
    assert plain.handled == ["e1", "e2"]
    first = InboundEvent.objects.get(key="e1")
    assert (first.state, first.outcome, first.attempts) == ("done", "Handled e1", 1)


def test_what_fails_leaves_nothing_and_is_tried_again_while_others_go_on(opened: Opened, plain: Plain) -> None:
    def fail_once(event: InboundEvent) -> None:
        if event.key == "e1" and event.attempts == 1:
            Contact.objects.create(workspace=event.workspace, name="Half", last_activity_at=timezone.now())
            raise RuntimeError("broke in the middle")

    plain.in_handle = fail_once
    came(opened, "e1", "e2")
    processing.work_off()
    failed = InboundEvent.objects.get(key="e1")
    assert (failed.state, failed.attempts, failed.last_error) == ("waiting", 1, "RuntimeError: broke in the middle")
    assert (plain.handled, Contact.objects.count()) == (["e2"], 0)
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        processing.work_off()
    assert plain.handled == ["e2", "e1"]


@pytest.mark.parametrize("error", [Failed("No such person."), Conflict("No such person.")])
def test_what_can_never_succeed_is_given_up_at_once_and_replayed_by_hand(
    opened: Opened, plain: Plain, owner: Any, error: Exception
) -> None:
    plain.in_handle = raising(error)
    came(opened, "e1")
    processing.work_off()
    event = InboundEvent.objects.get()
    assert (event.state, event.last_error, event.attempts) == ("dead", "No such person.", 1)
    plain.in_handle = nothing
    processing.replay(actor=acting(owner), event=event)
    processing.work_off()
    event.refresh_from_db()
    assert (event.state, event.outcome, event.last_error) == ("done", "Handled e1", "")


def test_what_must_wait_loses_no_try(opened: Opened, plain: Plain) -> None:
    plain.in_handle = raising(Later(90, "Their limit is reached."))
    came(opened, "e1")
    processing.work_off()
    event = InboundEvent.objects.get()
    assert (event.state, event.attempts, event.last_error) == ("waiting", 0, "Their limit is reached.")
    assert timedelta(seconds=80) < event.due_at - timezone.now() <= timedelta(seconds=90)


def test_while_it_is_paused_nothing_is_handled_and_nothing_lost(opened: Opened, plain: Plain, owner: Any) -> None:
    pause(actor=acting(owner), connection=opened.connection)
    came(opened, "e1")
    assert processing.work_off() == 0
    resume(actor=acting(owner), connection=opened.connection)
    assert processing.work_off() == 1
    assert plain.handled == ["e1"]


def test_what_belongs_to_a_connection_that_ended_stays_unhandled(opened: Opened, plain: Plain, owner: Any) -> None:
    came(opened, "e1")
    disconnect(actor=acting(owner), connection=opened.connection)
    assert processing.work_off() == 0
    assert InboundEvent.objects.get().state == "waiting"


def test_connections_take_turns_however_many_events_one_of_them_sends(opened: Opened, plain: Plain, owner: Any) -> None:
    came(opened, *(f"many-{number}" for number in range(30)))
    other = connect(actor=acting(owner), system="plain", name="Other", settings={"api_key": "k"})
    came(other, "one")
    assert processing.work_off(most=11) == 11
    assert "one" in plain.handled
    assert processing.work_off() == 20
    assert plain.handled.index("many-29") == 30
