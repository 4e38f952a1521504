"""Durable readers of the log: each keeps its own cursor, does what an event asks for once, and never waits for another.

One event is one transaction: the effect, the mark that it is done, and the cursor commit together. A handler that fails
leaves an `EventWork` row, which is tried again later on its own, and the cursor goes on.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction

from accounts.actors import Actor, system
from accounts.models import Workspace
from activity import log
from activity.models import Consumer, CurrentTransaction, Event, EventWork, Handled, ReactionSwitch
from activity.work import first_failure
from crm.transactions import advisory_lock

logger = structlog.get_logger(__name__)
Handler = Callable[[Event, Actor], None]


@dataclass(frozen=True)
class Reader:
    name: str
    types: frozenset[str]
    handler: Handler
    title: str
    switchable: bool


READERS: dict[str, Reader] = {}


def reaction(name: str, *types: str, title: str, switchable: bool = True) -> Callable[[Handler], Handler]:
    """Register a built-in reaction. It runs as a system actor of the event's workspace, unless switched off there.

    title: what it does, in words for the automations page.
    """

    def register(handler: Handler) -> Handler:
        READERS[name] = Reader(name, frozenset(types), handler, title, switchable)
        return handler

    return register


def consume(reader: Reader, *, most: int = 500) -> int:
    """Handle up to `most` waiting events, and return how many. Returns at once where another process is at it."""
    enrol()
    done = 0
    while done < most and _step(reader):
        done += 1
    return done


def consume_all(readers: Iterable[Reader] | None = None) -> int:
    return sum(consume(reader) for reader in (READERS.values() if readers is None else readers))


@transaction.atomic
def enrol() -> None:
    """Give each reader its cursor: at the log's start on a new installation, at its end for a reader that an upgrade
    brings, so that nobody reacts to last year's messages."""
    if Consumer.objects.filter(name__in=READERS).count() == len(READERS):
        return
    advisory_lock("activity.consumers")
    known = set(Consumer.objects.filter(name__in=READERS).values_list("name", flat=True))
    start = log.end() if known else log.START
    Consumer.objects.bulk_create(
        Consumer(name=name, transaction=start.transaction, sequence=start.sequence) for name in READERS.keys() - known
    )


@transaction.atomic
def _step(reader: Reader) -> bool:
    """Handle the next event, or move the cursor to the end of what is there. Locks the consumer's row."""
    cursor = Consumer.objects.select_for_update(skip_locked=True).filter(name=reader.name).first()
    if cursor is None:
        return False
    start = log.Position(cursor.transaction, cursor.sequence)
    # Taken before the search: what the search does not find up to here is not there.
    end = log.end()
    event = log.after(start).filter(type__in=reader.types).select_related("workspace").first()
    if event is None:
        _move(cursor, max(start, end))
        return False
    _handle_or_postpone(reader, event)
    _move(cursor, log.position_of(event))
    return True


def _move(cursor: Consumer, position: log.Position) -> None:
    if (cursor.transaction, cursor.sequence) != position:
        cursor.transaction, cursor.sequence = position
        cursor.save(update_fields=["transaction", "sequence", "moved_at"])


def _handle_or_postpone(reader: Reader, event: Event) -> None:
    try:
        with transaction.atomic():
            handle(reader, event)
    except Exception as error:  # a reaction's failure must not stop the log for everybody else
        logger.exception("reaction_failed", reaction=reader.name, event_sequence=event.sequence)
        # It may stand there already: a reader that starts over fails at the same event again.
        EventWork.objects.get_or_create(
            consumer=reader.name, event=event, defaults={"workspace": event.workspace, **first_failure(error)}
        )


def handle(reader: Reader, event: Event) -> bool:
    """Do what `reader` does about `event`, unless it was done before or is switched off. Returns whether it ran now."""
    with transaction.atomic():
        _, first = Handled.objects.get_or_create(consumer=reader.name, event=event, workspace=event.workspace)
        if not first or (reader.switchable and not is_on(reader.name, event.workspace)):
            return False
        reader.handler(event, system(event.workspace, reader.name))
        return True


def settle(workspace: Workspace) -> None:
    """Mark everything that the log holds of this workspace as handled by every reader: it is history that was told, and
    nothing acts on it. For whoever told it, in the same transaction."""
    for reader in READERS.values():
        events = Event.objects.filter(workspace=workspace, type__in=reader.types)
        Handled.objects.bulk_create(
            (Handled(consumer=reader.name, event=event, workspace=workspace) for event in events), ignore_conflicts=True
        )


def leave_alone(actor: Actor, names: Iterable[str], *, but: Collection[tuple[str, UUID]] = ()) -> None:
    """Have these readers pass over what `actor` recorded in the open transaction: it was acted on elsewhere, before it
    was told here. but: pairs of a reader and a subject that it may act on all the same."""
    own = Event.objects.filter(transaction=CurrentTransaction(), actor_kind=actor.kind, actor_id=actor.id)
    for reader in (READERS[name] for name in names):
        spared = [pk for name, pk in but if name == reader.name]
        events = own.filter(workspace=actor.workspace, type__in=reader.types).exclude(subject_id__in=spared)
        Handled.objects.bulk_create(
            [Handled(consumer=reader.name, event=event, workspace=actor.workspace) for event in events],
            ignore_conflicts=True,
        )


def retry(work: EventWork) -> None:
    """One more try at a postponed event. Raises what the handler raises."""
    handle(READERS[work.consumer], work.event)


def is_on(name: str, workspace: Workspace) -> bool:
    switch = ReactionSwitch.objects.filter(workspace=workspace, reaction=name).first()
    return switch is None or switch.enabled
