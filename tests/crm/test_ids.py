"""Ids that sort by age (RFC 9562, version 7)."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm import ids
from crm.ids import uuid7


def test_an_id_is_a_version_7_uuid_of_this_moment() -> None:
    before = time.time_ns() // 1_000_000
    one = uuid7()
    after = time.time_ns() // 1_000_000
    assert (one.version, one.variant) == (7, uuid.RFC_4122)
    assert before <= one.int >> 80 <= after + 1


def test_ids_of_one_process_strictly_increase_however_fast_they_are_made() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_by_threads_at_once_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [one for batch in pool.map(lambda _: [uuid7() for _ in range(2_000)], range(8)) for one in batch]
    assert len(set(made)) == 16_000


def test_ids_go_on_when_the_clock_is_set_back_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    before = uuid7()
    earlier = time.time_ns() - 900_000_000
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    assert uuid7() > before


def test_a_clock_that_was_far_ahead_is_not_believed_any_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time_ns", lambda: 4_000_000_000_000_000_000)
        uuid7()
    assert (uuid7().int >> 80) - time.time_ns() // 1_000_000 <= 1


def test_two_processes_at_the_same_tick_make_different_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 4_000_000_000_000_000_000)
    monkeypatch.setattr(ids, "_last_tick", 0)
    one = uuid7()
    monkeypatch.setattr(ids, "_last_tick", 0)
    two = uuid7()
    assert one.int >> 64 == two.int >> 64
    assert one != two
