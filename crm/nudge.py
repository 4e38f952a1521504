"""Telling a worker, after commit, that there is work. The work itself stands in rows: a nudge that gets lost only
costs the time until the next sweep."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from crm.celery import app

logger = structlog.get_logger(__name__)

# A broker that is down is noticed at once, and not retried while a person waits for the answer.
NO_RETRY = {"max_retries": 0}

_silent = ContextVar("_silent", default=False)


def nudge(task: str, *args: Any) -> None:
    """Send the task of this dotted name (`activity.tasks.consume`) once the transaction commits; now, if there is none.
    However often it is asked for in one transaction, it is sent once.

    Never raises: a nudge that cannot be sent is logged.
    """
    wanted = Nudge(task, args)
    if not (_silent.get() or _is_waiting(wanted)):
        transaction.on_commit(wanted.send, robust=True)


@contextmanager
def left_to_sweeps() -> Iterator[None]:
    """Nobody is nudged within: for thousands of transactions in a row. The sweeps find their work every second, where
    a task for each would keep the workers busy with nothing, or pile up while none is there."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def _is_waiting(wanted: "Nudge") -> bool:
    """One that waits already lives at least as long as a second would: the rollback of a savepoint that is still open
    would take both along."""
    waiting = transaction.get_connection().run_on_commit
    return any(getattr(send, "__self__", None) == wanted for _, send, _ in waiting)


@dataclass(frozen=True)
class Nudge:
    task: str
    args: tuple[Any, ...]

    def send(self) -> None:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        headers = {"request_id": request_id} if request_id else {}
        try:
            app.send_task(self.task, args=self.args, headers=headers, retry=False, retry_policy=NO_RETRY)
        except (OperationalError, OSError) as error:
            logger.warning("nudge_lost", task=self.task, reason=str(error))
