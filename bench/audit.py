"""The audit over many events: each way to narrow it as a page, against its queries alone, and its files against reading
the same events bare."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from activity.models import Event
from activity.types import EventType
from bench import filling
from bench.filling import Side, Size
from bench.intake import megabytes
from bench.measuring import asking, milliseconds, queries, replay, signed_in
from bench.paths import Path
from bench.rows import made, unwatched

MANY, QUICK = 1_000_000, 100_000
TALKS = Size(conversations=2_000, messages=4_000, deals=240, longest_thread=10)
ROUNDS = 5
# How often each of a hundred events is of a type; the rest is what admins do.
OFTEN = (
    (40, EventType.MESSAGE_RECEIVED), (65, EventType.MESSAGE_SENT), (80, EventType.INTENT_DETECTED),
    (90, EventType.CONTACT_UPDATED), (95, EventType.DEAL_STAGE_CHANGED), (99, EventType.CONVERSATION_CLOSED),
)  # fmt: skip
_WHO = "Anna Agent"
PATHS: tuple[tuple[str, Callable[[Side], str]], ...] = (
    ("All of it", lambda _: ""),
    ("Half of it back", lambda _: "until=" + _halfway()),
    ("What admins did", lambda _: "what=keys"),
    ("One kind of thing", lambda _: "what=messages"),
    ("What has no group, since half a year", lambda _: "what=other&since=" + _halfway()),
    ("One person", lambda side: f"who={side.member.pk}"),
    ("One person and one kind", lambda side: f"who={side.member.pk}&what=keys"),
    ("One automation", lambda _: "who=itself:open_deal"),
    ("One client", lambda side: f"client={side.client.pk}"),
    ("One client and one rare kind", lambda side: f"client={side.client.pk}&what=keys"),
    ("About one conversation", lambda side: f"about={side.id_of('conversation', 7)}"),
    ("A name", lambda _: "search=person+77"),
    ("A name that many have", lambda _: "search=person"),
)


@dataclass(frozen=True)
class Audited:
    """Milliseconds, as medians."""

    name: str
    page: float
    queries: int
    bare: float

    @property
    def ratio(self) -> float:
        return self.page / self.bare


@dataclass(frozen=True)
class Written:
    """Of a file: events a second, of the file and read bare; megabytes by which the process grew after a tenth."""

    name: str
    ours: float
    bare: float
    grown: float

    @property
    def ratio(self) -> float:
        return self.bare / self.ours


def side(events: int) -> Side:
    """A workspace with so many events over a year; made once."""
    found = filling.side(f"audit-{events}", TALKS)
    if not Event.objects.filter(workspace=found.workspace, actor_name=_WHO).exists():
        with unwatched():
            _happen(found, events)
        filling.settle()
    return found


def told(events: int) -> str:
    found = side(events)
    return tables(pages(found), files(found), events)


def pages(found: Side) -> list[Audited]:
    return [_page(found, name, query(found)) for name, query in PATHS]


def files(found: Side) -> list[Written]:
    return [_file(found, name, kind) for name, kind in (("CSV", "csv"), ("JSON Lines", "jsonl"))]


def tables(asked: Sequence[Audited], wrote: Sequence[Written], events: int) -> str:
    lines = [
        f"| the audit of {events:,} events | page | queries | SQL | ratio |",
        "|---|---:|---:|---:|---:|",
        *(f"| {one.name} | {one.page:.0f} ms | {one.queries} | {one.bare:.0f} ms | {one.ratio:.2f} |" for one in asked),
        "",
        "| as a file | events a second | read bare, a second | ratio | memory grew |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {one.name} | {one.ours:,.0f} | {one.bare:,.0f} | {one.ratio:.2f} | {one.grown:.0f} MB |"
            for one in wrote
        ),
    ]
    return "\n".join(lines)


def _page(found: Side, name: str, query: str) -> Audited:
    ask = asking(found, Path(name, lambda _: f"/settings/audit?{query}"))
    asked = queries(ask)
    page = median(milliseconds(ask) for _ in range(ROUNDS))
    bare = median(milliseconds(lambda: replay(asked)) for _ in range(ROUNDS))
    return Audited(name, page, len(asked), bare)


def _file(found: Side, name: str, kind: str) -> Written:
    """Taken piece by piece as a server does, and thrown away."""
    gc.collect()
    answer: Any = signed_in(found).get(f"/settings/audit/export?format={kind}")
    if answer.status_code != 200 or not answer.streaming:
        raise RuntimeError(f"The export answered {answer.status_code}")
    began, sizes = time.perf_counter(), list[float]()
    sizes.extend(megabytes() for _ in answer)
    seconds = time.perf_counter() - began
    bare = time.perf_counter()
    rows = _read_bare(found)
    bare = time.perf_counter() - bare
    return Written(name, rows / seconds, rows / bare, max(sizes) - max(sizes[: max(1, len(sizes) // 10)]))


def _read_bare(found: Side) -> int:
    """The events in the file's order, row by row in one statement."""
    rows = Event.objects.filter(workspace=found.workspace).order_by("-occurred_at", "-sequence").values_list()
    return sum(1 for _ in rows.iterator(chunk_size=500))


def _happen(found: Side, events: int) -> None:
    size = TALKS.conversations
    turn = "hashtext('turn' || n) & 2147483647"
    kind = " ".join(f"WHEN ({turn}) % 100 < {below} THEN '{one.value}'" for below, one in OFTEN)
    talk, contact = (
        f"md5('{found.workspace.pk} {kind} ' || 1 + n % {size})::uuid" for kind in ("conversation", "contact")
    )
    members = list(
        Membership.objects.filter(workspace=found.workspace).order_by("created_at").values_list("pk", flat=True)
    )
    clients = filling.one_of("client", [found.client.pk], 4)
    made(
        Event, f"FROM generate_series(1, {events}) n", workspace_id=f"'{found.workspace.pk}'::uuid", client_id=clients,
        transaction="(n::text)::xid8", type=f"CASE {kind} ELSE 'key.created' END",
        subject_type=f"CASE WHEN ({turn}) % 100 < 99 THEN 'conversation' ELSE 'key' END", subject_id=talk,
        actor_kind="CASE WHEN n % 3 = 0 THEN 'system' ELSE 'person' END",
        actor_id=f"CASE WHEN n % 3 > 0 THEN {filling.one_of('member', members, len(members))} END",
        actor_name=f"CASE WHEN n % 3 > 0 THEN '{_WHO}' WHEN n % 9 = 0 THEN 'open_deal' ELSE 'tag' END",
        payload=f"jsonb_build_object('contact_id', {contact}, 'conversation_id', {talk}, 'channel', 'chat', 'name', "
        "'n', 'scopes', jsonb_build_array('crm'), 'changed_fields', jsonb_build_array('name'), 'intent', 'interested', "
        "'stage', 'new', 'from_stage', 'new')",
        occurred_at=f"now() - ({events} - n) * interval '365 days' / {events}",
    )  # fmt: skip


def _halfway() -> str:
    return (timezone.now() - timedelta(days=180)).date().isoformat()
