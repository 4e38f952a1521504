"""The queues that are files: nothing half written, nothing taken twice, nothing piling up."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Queue

from crm import broker

PATIENCE = 60


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return Connection("filesystem://localhost", transport_options=broker.install(tmp_path))


def send(connection: Connection, task: str, *, expires: str | None = None, body: Any = None) -> None:
    headers = {"task": task, "expires": expires}
    connection.Producer().publish(body or {}, headers=headers, routing_key="celery", declare=[Queue("celery")])


def waiting(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "messages").iterdir())


def take(connection: Connection) -> Any:
    message = connection.SimpleQueue("celery").get(block=False)
    message.ack()
    return message.payload


def test_messages_come_in_the_order_they_were_sent(connection: Connection) -> None:
    for number in range(20):
        send(connection, "inbox.tasks.tag", body={"number": number})
    assert [take(connection)["number"] for _ in range(20)] == list(range(20))
    with pytest.raises(Empty):
        take(connection)


def test_a_taken_message_leaves_no_file(connection: Connection, tmp_path: Path) -> None:
    send(connection, "inbox.tasks.tag")
    take(connection)
    assert waiting(tmp_path) == []


def test_a_sweep_waits_once_however_often_it_is_sent(connection: Connection, tmp_path: Path) -> None:
    for _ in range(50):
        send(connection, "activity.tasks.sweep", expires="2030-01-01T00:00:00Z")
    assert waiting(tmp_path) == ["0-activity-tasks-sweep.celery.msg"]


def test_a_sweep_is_not_held_up_by_what_came_before(connection: Connection) -> None:
    send(connection, "inbox.tasks.tag", body={"is": "nudge"})
    send(connection, "inbox.tasks.sweep", expires="2030-01-01T00:00:00Z", body={"is": "sweep"})
    assert [take(connection)["is"], take(connection)["is"]] == ["sweep", "nudge"]


def test_many_writers_and_readers_lose_and_double_nothing(connection: Connection) -> None:
    """kombu's own transport fails here: a reader finds a message that is still empty."""

    def write(first: int) -> None:
        for number in range(first, first + 50):
            send(connection.clone(), "inbox.tasks.tag", body={"number": number})

    taken: list[int] = []
    until = time.monotonic() + PATIENCE

    def read() -> None:
        queue = connection.clone().SimpleQueue("celery")
        while len(taken) < 200 and time.monotonic() < until:
            with suppress(Empty):
                message = queue.get(timeout=0.2)
                taken.append(message.payload["number"])
                message.ack()

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        list(pool.map(write, range(0, 200, 50)))
        for reader in readers:
            reader.result()
    assert sorted(taken) == list(range(200))
    with pytest.raises(Empty):
        take(connection)
