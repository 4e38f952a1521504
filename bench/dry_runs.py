"""Trying automations on the past: how long it takes for so many events, how many steps, and what it holds in memory."""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.db import transaction

from accounts.actors import person
from activity import rehearsing, runs
from activity.consumers import READERS
from activity.models import Event
from activity.types import EventType
from bench import filling
from bench.filling import Side
from bench.intake import megabytes
from bench.rows import made, unwatched

MANY, QUICK = 50_000, 5_000
TRIED = ("open_deal", "snooze_absent", "close_uninterested", "assign_round_robin")
_WHO = "Bench"


@dataclass(frozen=True)
class Tried:
    """seconds of all; bare: of reading the same events once. longest: seconds of the longest step. grown: megabytes."""

    name: str
    events: int
    found: int
    seconds: float
    bare: float
    longest: float
    grown: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare


def measured(side: Side, events: int) -> list[Tried]:
    """Taken back at the end."""
    if not Event.objects.filter(workspace=side.workspace, actor_name=_WHO).exists():
        with unwatched():
            _happen(side, events)
        filling.settle()
    return [_tried(side, name) for name in TRIED]


def table(told: Sequence[Tried]) -> str:
    head = [
        "| a dry run | events | would act on | seconds | read bare | ratio | longest step | memory grew |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines = [
        f"| {one.name} | {one.events:,} | {one.found:,} | {one.seconds:.1f} | {one.bare:.2f} | {one.ratio:.0f} | "
        f"{one.longest:.2f} s | {one.grown:.0f} MB |"
        for one in told
    ]
    return "\n".join([*head, *lines])


def _tried(side: Side, name: str) -> Tried:
    with transaction.atomic():
        run = rehearsing.start(person(side.member), name)
        steps, sizes = list[float](), list[float]()
        gc.collect()
        while not run.is_over:
            began = time.perf_counter()
            runs.work_off(most=1)
            steps.append(time.perf_counter() - began)
            sizes.append(megabytes())
            run.refresh_from_db()
        if run.last_error:
            raise RuntimeError(run.last_error)
        bare = time.perf_counter()
        reader, narrow = READERS[name], rehearsing.REHEARSALS[name].narrow
        seen = len(Event.objects.filter(narrow, workspace=side.workspace, type__in=reader.types, actor_name=_WHO))
        bare = time.perf_counter() - bare
        transaction.set_rollback(True)
    grown = max(sizes) - max(sizes[: ceil(len(sizes) / 10)])
    return Tried(READERS[name].title, seen, run.done_count, sum(steps), bare, max(steps), grown)


def _happen(side: Side, events: int) -> None:
    """A conversation begins, and a message in it is judged, so often in the last 29 days."""
    ours = f"'{side.workspace.pk}'::uuid"
    talk, contact, message = (
        f"md5('{side.workspace.pk} {kind} ' || {number})::uuid"
        for kind, number in (("conversation", "n"), ("contact", "n"), ("message", "n || '-1'"))
    )
    wanted = filling.one_of("wanted", ["interested", "booking", "out_of_office", "not_interested"], 4)
    judged = (
        f"jsonb_build_object('conversation_id', {talk}, 'contact_id', {contact}, 'message_id', {message}, 'intent', "
        f"{wanted}, 'confidence', 0.97, 'made_by', 'model')"
    )
    for number, kind, subject, payload in (
        (0, EventType.CONVERSATION_CREATED, talk, f"jsonb_build_object('contact_id', {contact}, 'channel', 'chat')"),
        (1, EventType.INTENT_DETECTED, message, judged),
    ):
        made(
            Event, f"FROM generate_series(1, {events}) n", workspace_id=ours,
            transaction=f"(2 * n + {number})::text::xid8", type=f"'{kind.value}'",
            subject_type=f"'{kind.partition('.')[0]}'", subject_id=subject, payload=payload,
            actor_kind="'system'", actor_name=f"'{_WHO}'",
            occurred_at=f"now() - ({events} - n) * interval '29 days' / {events}",
        )  # fmt: skip
