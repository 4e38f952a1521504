"""Many at once: real threads, each with its own connection, let loose at the same moment."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import connection

T = TypeVar("T")
PATIENCE = 60


def at_once(works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run all of `works` in parallel, and return what each answered or raised, in their order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T | Exception:
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE)
            return work()
        except Exception as error:  # noqa: BLE001 - what it raised is what the test asks about
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def times(count: int, work: Callable[[], T]) -> list[T | Exception]:
    return at_once([work] * count)


class InBackground(threading.Thread):
    """A thread that does `work` on its own connection; `result()` waits for its answer, or raises what it raised."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.answer: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.work()
        except Exception as error:  # noqa: BLE001 - raised again in the test's own thread
            self.error = error
        finally:
            connection.close()

    def result(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "still waiting"
        if self.error:
            raise self.error
        return self.answer


@contextmanager
def second_connection(*, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own to the database under test, beside Django's. What is open at the end is rolled back."""
    made = psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=autocommit
    )
    try:
        yield made
    finally:
        made.close()


def is_waiting_for_a_lock() -> bool:
    """Whether some session of this database waits for another one's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first look is kept
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
