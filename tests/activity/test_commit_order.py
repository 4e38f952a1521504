"""Nothing turns up behind a reader of the log, in whichever order transactions write and commit."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Workspace
from activity import log
from activity.log import Position
from tests.arrivals import wait_until_readable
from tests.crowd import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, WRITERS - 1)),
        st.tuples(st.sampled_from(["commit", "roll back"]), st.integers(0, WRITERS - 1)),
        st.tuples(st.just("read"), st.just(0)),
    ),
    min_size=4,
    max_size=40,
)


class Reader:
    """Polls the log from its own cursor, as every consumer does."""

    def __init__(self) -> None:
        self.position, self.seen = log.end(), list[int]()

    def read(self, most: int | None = None) -> list[int]:
        events = list(log.after(self.position)[:most])
        if events:
            self.position = log.position_of(events[-1])
        self.seen += [event.sequence for event in events]
        return [event.sequence for event in events]


def write(connection: psycopg.Connection[Any], workspace: Workspace) -> int:
    """An event in that connection's open transaction; its sequence."""
    row = connection.execute(
        "INSERT INTO activity_event (workspace_id, type, subject_type, subject_id, actor_kind, actor_name, payload,"
        " occurred_at) VALUES (%s, 'client.created', 'client', gen_random_uuid(), 'system', 'test', %s, now())"
        " RETURNING sequence",
        [workspace.pk, json.dumps({})],
    ).fetchone()
    assert row
    return int(row[0])


@contextmanager
def connections(count: int) -> Iterator[list[psycopg.Connection[Any]]]:
    with ExitStack() as stack:
        yield [stack.enter_context(second_connection()) for _ in range(count)]


def test_an_event_that_commits_late_is_not_lost_behind_one_that_committed_early(workspace: Workspace) -> None:
    reader = Reader()
    with connections(2) as (slow, fast):
        earlier = write(slow, workspace)
        later = write(fast, workspace)
        fast.commit()
        assert later == earlier + 1
        assert reader.read() == []  # a reader that went by sequence alone would have taken the later one for the end

        slow.commit()

        wait_until_readable()
        assert reader.read() == [earlier, later]
        assert reader.read() == []


def test_what_an_open_transaction_holds_back_is_only_what_comes_after_it(workspace: Workspace) -> None:
    reader = Reader()
    with connections(2) as (slow, fast):
        before = write(fast, workspace)
        fast.commit()
        wait_until_readable()
        held = write(slow, workspace)
        after = write(fast, workspace)
        fast.commit()
        assert reader.read() == [before]

        slow.rollback()

        wait_until_readable()
        assert reader.read() == [after]
        assert held not in reader.seen


def test_a_transaction_that_began_first_and_wrote_last_comes_in_its_own_place(workspace: Workspace) -> None:
    reader = Reader()
    with connections(2) as (early, late):
        first = write(early, workspace)
        second = write(late, workspace)
        third = write(early, workspace)
        early.commit()
        late.commit()
    wait_until_readable()
    assert reader.read() == [first, third, second]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, most=st.sampled_from([1, 3, None]))
def test_every_reader_sees_every_event_once_and_in_one_order(
    workspace: Workspace, steps: list[tuple[str, int]], most: int | None
) -> None:
    wait_until_readable()
    reader, committed, open_now = Reader(), set[int](), dict[int, set[int]]()
    start = reader.position
    with connections(WRITERS) as writers:
        for step, number in [*steps, *(("commit", number) for number in range(WRITERS))]:
            if step == "write":
                open_now.setdefault(number, set()).add(write(writers[number], workspace))
            elif step == "commit":
                writers[number].commit()
                committed |= open_now.pop(number, set())
            elif step == "roll back":
                writers[number].rollback()
                open_now.pop(number, None)
            else:
                reader.read(most)
    wait_until_readable()
    while reader.read(most):
        pass
    in_order = [event.sequence for event in log.after(start)]
    assert reader.seen == in_order
    assert set(in_order) == committed


def test_the_end_of_the_log_is_before_everything_that_may_still_turn_up(workspace: Workspace) -> None:
    wait_until_readable()
    with connections(2) as (slow, fast):
        held = write(slow, workspace)
        after = write(fast, workspace)
        fast.commit()
        end: Position = log.end()
        slow.commit()
    wait_until_readable()
    assert [event.sequence for event in log.after(end)] == [held, after]
