"""Writing the event log, and reading it so that nothing can turn up behind the reader.

A transaction's events become visible when it commits, and transactions commit in any order: sequence 41 can appear
after 42 was read. So events are read in the order (transaction, sequence), and only those of transactions below
`pg_snapshot_xmin`, the oldest one still running: every transaction down there has ended, and all later ones sort
behind.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Func, Q

from accounts.actors import Actor
from activity.models import Event, EventQuerySet, TransactionId
from activity.types import PAYLOADS, EventType
from crm.immutable import ERASE, switched
from crm.nudge import nudge

# What a model is called where its class has more than one word, or another.
_NOUNS = {
    "followup": "follow_up",
    "cannedreply": "canned_reply",
    "reactionswitch": "reaction",
    "llmsettings": "llm",
    "apikey": "key",
    "membership": "member",
    "sharedreport": "report",
}


class Position(NamedTuple):
    """A place in the log. Everything at or before it has been read."""

    transaction: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.transaction}-{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """The inverse of `str`. Raises ValueError for anything else."""
        transaction, dash, sequence = text.partition("-")
        if not (dash and transaction.isascii() and sequence.isascii() and transaction.isdigit() and sequence.isdigit()):
            raise ValueError(f"“{text}” is not a cursor of the event feed.")
        position = cls(int(transaction), int(sequence))
        if position.transaction >= 2**64 or position.sequence >= 2**63:
            raise ValueError(f"“{text}” is not a cursor of the event feed.")
        return position


START = Position(0, 0)
OLDEST_RUNNING = "pg_snapshot_xmin(pg_current_snapshot())"


class _OldestRunning(Func):
    template = OLDEST_RUNNING
    output_field = TransactionId()


def record(actor: Actor, type: EventType, subject: Any, *, client: UUID | None = None, **payload: Any) -> Event:
    """Append what `actor` did to `subject`, in the transaction of the change itself, which must be open.

    client: the client it belongs to, where `subject` has no `client_id` of its own. The payload holds exactly the keys
    of `activity.types.PAYLOADS`; ids and times are written as text.
    """
    event = _event(actor, type, subject, client, payload)
    event.save(force_insert=True)
    nudge("activity.tasks.consume")
    return event


def record_each(actor: Actor, type: EventType, subjects: Iterable[Any], **payload: Any) -> None:
    """The same of many rows at once, in their order."""
    Event.objects.bulk_create([_event(actor, type, subject, None, payload) for subject in subjects])
    nudge("activity.tasks.consume")


def record_all(actor: Actor, happened: Iterable[tuple[EventType, Any, dict[str, Any]]]) -> None:
    """Many events at once, each (type, subject, payload), in their order."""
    Event.objects.bulk_create([_event(actor, kind, subject, None, payload) for kind, subject, payload in happened])
    nudge("activity.tasks.consume")


def _event(actor: Actor, type: EventType, subject: Any, client: UUID | None, payload: dict[str, Any]) -> Event:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of its change.")
    if payload.keys() != PAYLOADS[type]:
        raise ValueError(f"{type} holds {sorted(PAYLOADS[type])}, not {sorted(payload)}.")
    return Event(
        workspace=actor.workspace,
        client_id=client or getattr(subject, "client_id", None),
        type=type,
        subject_type=noun_of(subject),
        subject_id=subject.pk,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        payload={key: _plain(value) for key, value in payload.items()},
        occurred_at=actor.now,
    )


def noun_of(subject: Any) -> str:
    """What the events of this row, or of rows of this model, call it."""
    noun: str = subject._meta.model_name
    return _NOUNS.get(noun, noun)


def after(position: Position, events: EventQuerySet | None = None) -> EventQuerySet:
    """Events that come after `position` and that nothing can come before any more, in the log's order."""
    rows = Event.objects.all() if events is None else events
    later = Q(transaction__gt=position.transaction) | Q(
        transaction=position.transaction, sequence__gt=position.sequence
    )
    return (
        rows.filter(transaction__gte=position.transaction)  # the index starts here
        .filter(later, transaction__lt=_OldestRunning())
        .order_by("transaction", "sequence")
    )


def position_of(event: Event) -> Position:
    return Position(event.transaction, event.sequence)


def end() -> Position:
    """Where the log ends for a reader that starts now and wants only what is new."""
    last = Event.objects.filter(transaction__lt=_OldestRunning()).order_by("-transaction", "-sequence").first()
    return position_of(last) if last else START


def now() -> Position:
    """Where a reader goes on who has seen everything that can be seen now. Unlike `end` it looks at no row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {OLDEST_RUNNING}::text::bigint")
        return Position(int(cursor.fetchone()[0]), 0)


def timeline(subject_ids: Iterable[UUID], actor: Actor) -> models.QuerySet[Event]:
    """What happened to any of these rows, newest first."""
    return Event.objects.visible_to(actor).filter(subject_id__in=list(subject_ids)).order_by(F("sequence").desc())


def forget(type: EventType, key: str, subject_ids: Iterable[UUID]) -> None:
    """Blank the words under `key` in these rows' events of this type: for the erasure of a person alone."""
    with switched(ERASE):
        for event in Event.objects.filter(type=type, subject_id__in=list(subject_ids)):
            Event.objects.filter(pk=event.pk).update(payload={**event.payload, key: ""})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value
