"""Trying a reaction on what happened already: what it would have done, and nothing of it is done.

Each room says for its reactions how past events would have been judged, with the very conditions that the reaction
itself asks, on the facts as they stood then. It runs as long work in steps, each of them read-only for the database
until it writes down what it found.

Events are judged as if each had been reacted to at once, with today's thresholds, people and their availability. What
the reaction would have done before counts: a deal that it would have opened is open, until a real one says otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.models import Workspace
from activity import runs
from activity.consumers import READERS, Reader
from activity.models import Event, EventQuerySet, Run, RunRow
from crm.errors import NotFound
from crm.transactions import advisory_lock, read_only

KIND = "activity.rehearsal"
DAYS = 30
STEP = 500

# What the reaction would have changed before, by its own keys; JSON, as it is kept from step to step.
Memory = dict[str, Any]


@dataclass(frozen=True)
class Would:
    """What it would have done about `event`, in JSON: `told` by the page that shows it."""

    event: Event
    conversation_id: UUID
    deed: dict[str, Any] = field(default_factory=dict)


Judge = Callable[[Workspace, Sequence[Event], Memory], list[Would]]


@dataclass(frozen=True)
class Rehearsal:
    """narrow: which events of the reaction's types come into question at all."""

    narrow: Q
    judge: Judge


REHEARSALS: dict[str, Rehearsal] = {}


def rehearses(name: str, narrow: Q) -> Callable[[Judge], Judge]:
    """Register how the reaction `name` would have judged some hundred events, in their order."""

    def register(judge: Judge) -> Judge:
        REHEARSALS[name] = Rehearsal(narrow, judge)
        return judge

    return register


@transaction.atomic
def start(actor: Actor, name: str) -> Run:
    """Try the reaction on the last 30 days. One that is at it already is returned; the ones before are forgotten.
    Raises NotFound for a reaction that cannot be tried."""
    actor.must_administer()
    actor.must_see_all()
    if name not in REHEARSALS:
        raise NotFound("There is no such automation.")
    advisory_lock(f"activity.rehearsal {actor.workspace.pk} {name}")
    before = _of(actor.workspace, name)
    at_work = before.filter(state=Run.State.WAITING, stopped_at=None).first()
    if at_work is not None:
        return at_work
    before.delete()
    until = timezone.now()
    since = until - timedelta(days=DAYS)
    params = {"reaction": name, "since": since.isoformat(), "until": until.isoformat()}
    return runs.start(actor, kind=KIND, title=f"Dry run: {READERS[name].title}", params=params)


def latest(workspace: Workspace, name: str) -> Run | None:
    return _of(workspace, name).order_by("-created_at").first()


def _of(workspace: Workspace, name: str) -> QuerySet[Run]:
    return Run.objects.filter(workspace=workspace, kind=KIND, params__reaction=name)


@runs.runner(KIND)
def _step(run: Run, actor: Actor) -> bool:
    """The next 500 events that come into question."""
    actor.must_see_all()
    reader = READERS[run.params["reaction"]]
    memory: Memory = run.cursor.get("memory", {})
    with read_only():
        if "of" not in run.cursor:
            run.cursor = {"of": _in_window(run, reader).count(), "seen": 0, "mark": None}
        events = list(_next(run, reader))
        found = REHEARSALS[reader.name].judge(run.workspace, events, memory)
    runs.note_all(run, [_row(number, one) for number, one in enumerate(found, run.done_count + 1)])
    if events:
        run.cursor["mark"] = [events[-1].occurred_at.isoformat(), events[-1].sequence]
    run.cursor |= {"memory": memory, "seen": run.cursor["seen"] + len(events)}
    return len(events) == STEP


def _row(number: int, one: Would) -> RunRow:
    return RunRow(
        number=number, outcome=RunRow.Outcome.DONE, subject_id=one.conversation_id,
        before={"event": one.event.sequence, **one.deed},
    )  # fmt: skip


def _in_window(run: Run, reader: Reader) -> EventQuerySet:
    since, until = (parse_datetime(run.params[end]) for end in ("since", "until"))
    rows = Event.objects.filter(workspace=run.workspace, occurred_at__gte=since, occurred_at__lte=until)
    return rows.filter(REHEARSALS[reader.name].narrow, type__in=reader.types)


def _next(run: Run, reader: Reader) -> Iterator[Event]:
    """By type, since that is what the index is sorted by, and put together again."""
    rows = _in_window(run, reader)
    if run.cursor["mark"]:
        moment, sequence = parse_datetime(run.cursor["mark"][0]), run.cursor["mark"][1]
        later = Q(occurred_at__gt=moment) | Q(occurred_at=moment, sequence__gt=sequence)
        rows = rows.filter(later, occurred_at__gte=moment)
    by_type = [rows.filter(type=one).order_by("occurred_at", "sequence")[:STEP] for one in sorted(reader.types)]
    ordered = merge(*by_type, key=_place)
    return (event for _, event in zip(range(STEP), ordered, strict=False))


def _place(event: Event) -> tuple[datetime, int]:
    return event.occurred_at, event.sequence
