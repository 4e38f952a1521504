"""Running work rows: claimed with a lease, counted before they run, done in the transaction of their effect.

A worker that is killed leaves a row whose lease runs out, and the next sweep takes it up again. After the last try a
row is `dead`, stays with its error, and can be replayed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.models import Work
from crm.text import storable

logger = structlog.get_logger(__name__)
W = TypeVar("W", bound=Work)

LEASE = timedelta(seconds=60)
# Seconds until the next try: the length is the number of tries.
LONGEST_WAIT = 24 * 3600.0
PAUSES = (5, 30, 120, 600, 1800, 7200, 21600, 86400)


class Later(Exception):
    """Raised by a piece of work that cannot be done yet, through nobody's fault: it waits `seconds` and loses no try.
    words: what it waits for, shown with the row."""

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(words)
        self.seconds = max(0.0, min(float(seconds), LONGEST_WAIT))


class Failed(Exception):
    """Raised by a piece of work that will never succeed as it is: the row is dead at once, with these words."""


class LeaseLost(Exception):
    """The work took longer than its lease and somebody else has it now; what was done here is rolled back."""


def run_due(model: type[W], run: Callable[[W], bool | None], *, most: int = 200, only: Q | None = None) -> int:
    """Claim and run due rows of `model` one by one, oldest first, and return how many were tried.

    `run` works in a transaction of its own, which also marks the row as done; where it returns True there is more to
    do, and the row waits for its next turn behind the others. What it raises is kept in the row.
    """
    return run_outside(model, lambda row: partial(run, row), most=most, only=only)


def run_outside(
    model: type[W], act: Callable[[W], Callable[[], bool | None]], *, most: int = 200, only: Q | None = None
) -> int:
    """The same for work that speaks with the outside: `act` does so with no transaction open, and returns what to do
    with the answer, which runs in the transaction that marks the row as done.

    A worker that is killed between the two speaks once more: whatever `act` asks for must bear being asked twice.
    `act` must end well within LEASE.
    """
    _bury(model)
    tried = 0
    while tried < most and (row := _claim(model, only)):
        _run(row, act)
        tried += 1
    return tried


def hold(row: Work, length: timedelta) -> None:
    """Keep a claimed row for longer than LEASE, from now: for an `act` of `run_outside` that is known to take long."""
    if not _ours(row).update(leased_until=timezone.now() + length):
        raise LeaseLost(f"{row._meta.label} {row.pk}")


def replay(row: Work) -> None:
    """Give a dead row all its tries again, from now."""
    type(row)._base_manager.filter(pk=row.pk, state=Work.State.DEAD).update(
        state=Work.State.WAITING, attempts=0, due_at=timezone.now(), leased_until=None
    )


def first_failure(error: Exception) -> dict[str, Any]:
    """Fields of a row for something that was tried once, outside of this queue, and failed."""
    return {"attempts": 1, "last_error": describe(error), "due_at": timezone.now() + timedelta(seconds=PAUSES[0])}


def describe(error: Exception) -> str:
    """The error in words that a text column takes."""
    words = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
    return words.encode(errors="replace").decode()


def _bury(model: type[W]) -> None:
    """Rows whose every worker was killed: they would kill the next one too."""
    spent = model._base_manager.filter(
        state=Work.State.WAITING, attempts__gte=len(PAUSES), leased_until__lt=timezone.now()
    )
    spent.update(state=Work.State.DEAD, leased_until=None, last_error="The worker ended in the middle of every try.")


@transaction.atomic
def _claim(model: type[W], only: Q | None) -> W | None:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = model._base_manager.filter(free, only or Q(), state=Work.State.WAITING, due_at__lte=now)
    row = due.select_for_update(skip_locked=True).order_by("due_at").first()
    if row is not None:
        row.attempts += 1
        row.leased_until = now + LEASE
        row.save(update_fields=["attempts", "leased_until"])
    return row


def _run(row: W, act: Callable[[W], Callable[[], bool | None]]) -> None:
    try:
        effect = act(row)
        with transaction.atomic():
            if effect():
                _go_on(row)
            else:
                _finish(row)
    except Later as wait:
        _wait(row, wait)
    except Failed as failure:
        _postpone(row, failure, for_good=True)
    except Exception as error:  # whatever a piece of work raises belongs in its row, not in the sweep
        logger.exception("work_failed", work=row._meta.label, id=str(row.pk), attempt=row.attempts)
        _postpone(row, error)


def _ours(row: Work) -> Any:
    """The row, while this very claim holds it."""
    return type(row)._base_manager.filter(pk=row.pk, attempts=row.attempts, state=Work.State.WAITING)


def _finish(row: Work) -> None:
    if not _ours(row).update(state=Work.State.DONE, done_at=timezone.now(), leased_until=None, last_error=""):
        raise LeaseLost(f"{row._meta.label} {row.pk}")


def _go_on(row: Work) -> None:
    """A step is done: the next one has all its tries again."""
    if not _ours(row).update(due_at=timezone.now(), leased_until=None, attempts=0, last_error=""):
        raise LeaseLost(f"{row._meta.label} {row.pk}")


def _wait(row: Work, wait: Later) -> None:
    due_at = timezone.now() + timedelta(seconds=wait.seconds)
    _ours(row).update(due_at=due_at, leased_until=None, attempts=row.attempts - 1, last_error=str(wait)[:2000])


def _postpone(row: Work, error: Exception, *, for_good: bool = False) -> None:
    dead = for_good or row.attempts >= len(PAUSES)
    _ours(row).update(
        state=Work.State.DEAD if dead else Work.State.WAITING,
        due_at=_next_try(row.attempts),
        leased_until=None,
        last_error=storable(str(error), 2000) if for_good else describe(error),
    )


def _next_try(attempts: int) -> datetime:
    return timezone.now() + timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])
