"""One database connection for all streams of a server, which finds it again when it was lost."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from accounts.models import Membership
from activity.live import hub
from activity.live.hub import Hub
from activity.live.listeners import Listener
from activity.live.reading import NAME
from activity.log import Position
from tests.activity.conftest import Happen
from tests.activity.live.conftest import Follow, place
from tests.cast import acting
from tests.crowd import InBackground
from tests.live_site import LiveSite

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


@pytest.fixture(autouse=True)
def _others(transactional_db: None) -> Iterator[None]:
    """Sessions that were there before: a server that other tests share keeps its own."""
    before.update(pid for pid, _ in sessions())
    yield
    before.clear()


before: set[int] = set()


def sessions() -> list[tuple[int, str]]:
    """Of this database, since the test began, but for its own."""
    found = asked(
        "SELECT pid, application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return [(pid, name) for pid, name in found if pid not in before]


def listening() -> list[int]:
    return [pid for pid, name in sessions() if name == NAME]


def asked(sql: str, *params: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[int, str]] = cursor.fetchall()
        return rows


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def another_site(transactional_db: None) -> Iterator[LiveSite]:
    made = LiveSite()
    made.start()
    yield made
    made.stop()


def test_forty_streams_hold_one_database_connection(
    follow: Follow, agent: Membership, owner: Membership, happen: Happen
) -> None:
    streams = [follow(who) for who in (agent, owner) for _ in range(20)]
    eventually(lambda: [name for _, name in sessions()] == [NAME])
    event = place(happen())
    assert [[one.id for one in stream.take(1)] for stream in streams] == [[event]] * 40
    assert [name for _, name in sessions()] == [NAME]


def test_nobody_listening_means_no_connection(
    follow: Follow, agent: Membership, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "IDLE", 0.1)
    follow(agent).close()
    eventually(lambda: sessions() == [])
    stream = follow(agent)
    event = place(happen())
    assert [one.id for one in stream.take(1)] == [event]


def test_a_lost_connection_is_made_again_and_nothing_is_missed(
    follow: Follow, agent: Membership, happen: Happen
) -> None:
    stream = follow(agent)
    before = place(happen())
    assert [one.id for one in stream.take(1)] == [before]
    (lost,) = listening()
    asked("SELECT pg_terminate_backend(%s)", lost)
    meanwhile = [place(happen()) for _ in range(3)]
    assert [one.id for one in stream.take(3)] == meanwhile
    eventually(lambda: listening() not in ([], [lost]))
    after = place(happen())
    assert [one.id for one in stream.take(1)] == [after]


def test_every_web_process_tells_its_own_browsers(
    follow: Follow, another_site: LiveSite, agent: Membership, happen: Happen
) -> None:
    streams = [follow(agent), follow(agent, at=another_site)]
    event = place(happen())
    assert [[one.id for one in stream.take(1)] for stream in streams] == [[event], [event]]
    eventually(lambda: [name for _, name in sessions()] == [NAME, NAME])


def test_in_another_database_cluster_where_the_numbers_are_lower_every_stream_begins_anew(agent: Membership) -> None:
    async def moves() -> tuple[Position, object]:
        moved, listener = Hub(), Listener(acting(agent))
        moved._admit(listener)
        moved.ready.set()
        moved.position, moved.newest = Position(2**60, 7), 2**60
        moved._take_place(Position(815, 0))
        assert not moved.listeners
        return moved.position, await listener.next(1)

    # In a thread of its own: a browser of an earlier test runs its loop in this one.
    assert InBackground(lambda: asyncio.run(moves())).result() == (Position(815, 0), None)
