import time

import pytest
from celery import Celery
from django.db import transaction
from structlog.testing import capture_logs

from crm.celery import app, broker_options
from crm.nudge import left_to_sweeps, nudge


@pytest.fixture
def empty_queue() -> None:
    with app.connection_for_write() as connection:
        connection.SimpleQueue("celery").clear()


def waiting() -> list[dict[str, str]]:
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        messages = [queue.get(block=False) for _ in range(queue.qsize())]
        for message in messages:
            message.ack()
        return [message.headers for message in messages]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_a_nudge_leaves_with_the_commit_and_not_before() -> None:
    with transaction.atomic():
        nudge("inbox.tasks.tag", "one", 2)
        assert waiting() == []
    (headers,) = waiting()
    assert (headers["task"], headers["argsrepr"]) == ("inbox.tasks.tag", "('one', 2)")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_a_transaction_that_is_rolled_back_nudges_nobody() -> None:
    with transaction.atomic():
        nudge("inbox.tasks.tag")
        transaction.set_rollback(True)
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_what_is_left_to_the_sweeps_nudges_nobody_and_what_comes_after_does() -> None:
    with left_to_sweeps(), transaction.atomic():
        nudge("inbox.tasks.tag")
    assert waiting() == []
    nudge("inbox.tasks.tag")
    assert len(waiting()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_nothing_but_a_line_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "redis://127.0.0.1:9/0"
    nobody_listens = Celery("parley", broker=nowhere, set_as_current=False)
    nobody_listens.conf.broker_transport_options = broker_options(nowhere)
    started = time.monotonic()
    monkeypatch.setattr("crm.nudge.app", nobody_listens)
    with capture_logs() as lines:
        nudge("inbox.tasks.tag")
    assert [(line["event"], line["task"]) for line in lines] == [("nudge_lost", "inbox.tasks.tag")]
    assert time.monotonic() - started < 10
