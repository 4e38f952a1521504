"""Each report over many deals, against the least that it can cost: what its queries take alone, and one look at every
deal, which adds them up by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

from activity.models import Event
from bench import filling
from bench.filling import Side, Size
from bench.measuring import asking, milliseconds, queries, replay
from bench.paths import Path
from bench.rows import made, unwatched
from inbox.models import Conversation, IntentTag
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
    """Milliseconds, as medians. look: one sum over every deal, or one count of every message."""

    name: str
    page: float
    queries: int
    bare: float
    look: float

    @property
    def ratio(self) -> float:
        return self.page / self.bare


# What these read are messages, what each wants, and when conversations were closed.
LONG = ("moved", "conversion", "time-in-stage")
TALKED = ("speed", "intents", "agents", "clients")
SPANS = {"30d": "30 days", "365d": "a year"}
EVERY_MESSAGE = """
    SELECT direction, count(*), count(DISTINCT conversation_id) FROM inbox_message
    WHERE workspace_id = %s AND occurred_at >= now() - %s::int * interval '1 day' GROUP BY direction
"""


def measured(*, quick: bool) -> list[Told]:
    side = filling.side("deals-quick" if quick else "deals", QUICK if quick else MANY)
    filling.settle()
    told = [_told(side, key) for key in REPORTS if key not in TALKED]
    return [*told, *(_told(side, key, "?span=365d", ", a year") for key in LONG)]


def talked(side: Side) -> list[Told]:
    """Those about what was said, of two stretches of time. look: one count of the messages of that time and of the
    conversations that they stand in."""
    if not IntentTag.objects.filter(workspace=side.workspace).exists():
        with unwatched():
            _judge(side)
            _close(side)
        filling.settle()
    return [
        _told(side, key, f"?span={span}", f", {words}", (EVERY_MESSAGE, [side.workspace.pk, span.removesuffix("d")]))
        for key in TALKED
        for span, words in SPANS.items()
    ]


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


def _close(side: Side) -> None:
    """Every other conversation, once, some of them before somebody wrote again."""
    at = "now() - n * interval '3 minutes' - (n % 5) * interval '1 hour' + interval '20 minutes'"
    made(
        Event, f"FROM generate_series(2, {Conversation.objects.filter(workspace=side.workspace).count()}, 2) n",
        workspace_id=f"'{side.workspace.pk}'::uuid", type="'conversation.closed'", subject_type="'conversation'",
        subject_id=filling.pk_of(side.workspace, "conversation"), actor_kind="'person'", actor_name="'Anna Agent'",
        occurred_at=at, transaction="pg_current_xact_id()",
    )  # fmt: skip


def _told(
    side: Side, key: str, query: str = "", words: str = "", least: tuple[str, list[Any]] | None = None
) -> Told:  # fmt: skip
    report, (sql, params) = REPORTS[key], least or (EVERY_DEAL, [side.workspace.pk])
    ask = asking(side, Path(report.title, lambda _: f"/reports/{key}{query}"))
    asked = queries(ask)
    page = median(milliseconds(ask) for _ in range(ROUNDS))
    bare = median(milliseconds(lambda: replay(asked)) for _ in range(ROUNDS))
    look = median(milliseconds(lambda: _look(sql, params)) for _ in range(ROUNDS))
    return Told(f"{report.title}{words}", page, len(asked), bare, look)


def _look(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
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
