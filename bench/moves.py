"""What the history of deals costs a move on the board: the same moves with the triggers that write it, and without."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from bench.filling import STAGES, Side
from bench.measuring import milliseconds, signed_in
from deals.models import Deal, Stage

MOVES, QUICK = 200, 40
TURN = 20
_STATES = """
    SELECT tgname FROM pg_trigger WHERE tgrelid = 'deals_deal'::regclass AND tgname LIKE 'pgtrigger_next_state_%'
"""


@dataclass(frozen=True)
class Moved:
    """Milliseconds, as medians."""

    name: str
    written: float
    unwritten: float

    @property
    def ratio(self) -> float:
        return self.written / self.unwritten


def measured(side: Side, moves: int) -> list[Moved]:
    """Turn about, and taken back at the end. The second kind moves the same deals on, to a stage where none is yet."""
    browser = signed_in(side)
    stages = dict(Stage.objects.filter(workspace=side.workspace).values_list("key", "pk"))

    def patch(number: int) -> None:
        url = f"/api/v1/crm/deals/{side.id_of('deal', 1 + number)}"
        answer = browser.patch(url, {"stage": STAGES[number % 4]}, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}: {answer.content[:300]!r}")

    def bare(number: int) -> None:
        Deal.objects.filter(pk=side.id_of("deal", 1 + number)).update(stage=stages[STAGES[(number + 1) % 4]])

    with transaction.atomic():
        told = [_both("A move over the API", patch, moves), _both("The UPDATE alone", bare, moves)]
        transaction.set_rollback(True)
    return told


def table(told: Sequence[Moved]) -> str:
    head = ["| a deal goes to another stage | with its history | without | ratio |", "|---|---:|---:|---:|"]
    lines = [f"| {one.name} | {one.written:.2f} ms | {one.unwritten:.2f} ms | {one.ratio:.2f} |" for one in told]
    return "\n".join([*head, *lines])


def _both(name: str, move: Callable[[int], None], moves: int) -> Moved:
    written, unwritten = list[float](), list[float]()
    for start in range(0, moves, TURN):
        written += _turn(move, 2 * start)
        with _no_history():
            unwritten += _turn(move, 2 * start + TURN)
    return Moved(name, median(written), median(unwritten))


def _turn(move: Callable[[int], None], start: int) -> list[float]:
    """The first after a table was altered has more to do than any other, and does not count."""
    taken = [milliseconds(partial(move, start + number)) for number in range(TURN)]
    return taken[1:]


@contextmanager
def _no_history() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending where a table is altered
        cursor.execute(_STATES)
        names = [name for (name,) in cursor.fetchall()]
        _all(cursor, "DISABLE", names)
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _all(cursor, "ENABLE", names)


def _all(cursor: CursorWrapper, verb: str, names: Sequence[str]) -> None:
    for name in names:
        cursor.execute(f'ALTER TABLE deals_deal {verb} TRIGGER "{name}"')
