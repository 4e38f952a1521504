"""Each report over many deals, against the least that it can cost: what its queries take alone, and one look at every
deal, which adds them up by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.db import connection

from bench import filling
from bench.filling import Side, Size
from bench.measuring import asking, milliseconds, queries, replay
from bench.paths import Path
from bench.rows import made, unwatched
from inbox.models import IntentTag
from reports.registry import REPORTS

MANY = Size(conversations=100_000, messages=100_000, deals=100_000, longest_thread=10)
QUICK = Size(conversations=10_000, messages=10_000, deals=10_000, longest_thread=10)
ROUNDS = 3
EVERY_DEAL = """
    SELECT stage_id, currency, count(*), sum(value) FROM deals_deal
    WHERE workspace_id = %s AND deleted_at IS NULL GROUP BY stage_id, currency
"""


@dataclass(frozen=True)
class Told:
    """Milliseconds, as medians. look: one sum over every deal."""

    name: str
    page: float
    queries: int
    bare: float
    look: float

    @property
    def ratio(self) -> float:
        return self.page / self.bare


# What these read are messages and what each wants, of the last thirty days and more.
TALKED = ("speed", "intents")


def measured(*, quick: bool) -> list[Told]:
    side = filling.side("deals-quick" if quick else "deals", QUICK if quick else MANY)
    filling.settle()
    return [_told(side, key) for key in REPORTS if key not in TALKED]


def talked(side: Side) -> list[Told]:
    """Those about what was said, over all that was said there."""
    if not IntentTag.objects.filter(workspace=side.workspace).exists():
        with unwatched():
            _judge(side)
        filling.settle()
    return [_told(side, key, rounds=1) for key in TALKED]


def _judge(side: Side) -> None:
    ours = f"'{side.workspace.pk}'::uuid"
    inbound = (
        f"SELECT id, row_number() OVER () n FROM inbox_message WHERE workspace_id = {ours} AND direction = 'inbound'"  # noqa: S608
    )
    intents = ["interested", "question", "objection", "booking", "not_interested", "out_of_office"]
    made(
        IntentTag, f"FROM ({inbound}) said", id="gen_random_uuid()", workspace_id=ours, message_id="said.id",
        intent=filling.one_of("intent", intents, len(intents)), confidence="0.9", made_by="'model'",
        version="'bench'", created_at="now()",
    )  # fmt: skip


def _told(side: Side, key: str, rounds: int = ROUNDS) -> Told:
    report = REPORTS[key]
    ask = asking(side, Path(report.title, lambda _: f"/reports/{key}"))
    asked = queries(ask)
    page = median(milliseconds(ask) for _ in range(rounds))
    bare = median(milliseconds(lambda: replay(asked)) for _ in range(rounds))
    look = median(milliseconds(lambda: _look(side)) for _ in range(rounds))
    return Told(report.title, page, len(asked), bare, look)


def _look(side: Side) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_DEAL, [side.workspace.pk])
        cursor.fetchall()


def table(told: Sequence[Told], *, quick: bool) -> str:
    size = QUICK if quick else MANY
    return _table(told, f"of {size.deals:,} deals, {size.deals * filling.STATES:,} states")


def talked_table(told: Sequence[Told], size: Size) -> str:
    return _table(told, f"of {size.messages:,} messages")


def _table(told: Sequence[Told], what: str) -> str:
    head = [
        f"| {what} | page | queries | SQL | ratio | a sum |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines = [
        f"| {one.name} | {one.page:.0f} ms | {one.queries} | {one.bare:.0f} ms | {one.ratio:.2f} | {one.look:.0f} ms |"
        for one in told
    ]
    return "\n".join([*head, *lines])
