"""The audit trail: the log of one workspace, newest first, narrowed in ways that an index of the log goes along with.

It is in the order of time, not of transactions: what commits late is found in its place, and nobody acts upon it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from activity.models import Event, EventQuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63


@dataclass(frozen=True)
class Narrowing:
    """by: the membership, key or connection that did it. itself: the part of Parley that did, by name; empty for any.
    types, subjects: None for all. since and until: from the one to just before the other."""

    by: UUID | None = None
    itself: str | None = None
    types: Sequence[str] | None = None
    client: UUID | None = None
    subjects: Collection[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None


def matching(actor: Actor, asked: Narrowing) -> EventQuerySet:
    """All that is asked for, in no order."""
    rows = Event.objects.visible_to(actor)
    if asked.by is not None:
        rows = rows.filter(actor_id=asked.by)
    if asked.itself is not None:
        rows = rows.filter(actor_id=None, **({"actor_name": asked.itself} if asked.itself else {}))
    if asked.types is not None:
        rows = rows.filter(type__in=asked.types)
    if asked.client is not None:
        rows = rows.filter(client=asked.client)
    if asked.subjects is not None:
        rows = rows.filter(subject_id__in=asked.subjects)
    if asked.since is not None:
        rows = rows.filter(occurred_at__gte=asked.since)
    return rows if asked.until is None else rows.filter(occurred_at__lt=asked.until)


def stretch(actor: Actor, asked: Narrowing, *, mark: str, length: int) -> tuple[list[Event], str]:
    """`length` events, newest first, after `mark`, and the mark to go on from: empty at the end. One query."""
    rows = matching(actor, asked)
    if after := _read(mark):
        moment, sequence = after
        later = Q(occurred_at__lt=moment) | Q(occurred_at=moment, sequence__lt=sequence)
        rows = rows.filter(later, occurred_at__lte=moment)
    ways = [way.order_by("-occurred_at", "-sequence")[: length + 1] for way in _ways(actor, asked, rows)]
    found = ways[0].union(*ways[1:], all=True).order_by("-occurred_at", "-sequence") if len(ways) > 1 else ways[0]
    events = list(found[: length + 1])
    return events[:length], _write(events[length - 1]) if len(events) > length else ""


def _ways(actor: Actor, asked: Narrowing, rows: EventQuerySet) -> list[EventQuerySet]:
    """`rows` in parts, each of which one index has in order: put together they need no sorting of all there is."""
    if asked.subjects is not None or asked.by is not None or asked.itself:
        return [rows]
    if asked.types:
        return [rows.filter(type=one) for one in sorted(asked.types)]
    if asked.client is None and actor.clients:
        return [rows.filter(client=one) for one in sorted(actor.clients)]
    return [rows]


def _write(event: Event) -> str:
    return f"{(event.occurred_at - _EPOCH) // _MICROSECOND}-{event.sequence}"


def _read(mark: str) -> tuple[datetime, int] | None:
    """None for a mark that is none of ours: the list starts at its top."""
    moment, dash, sequence = mark.partition("-")
    if not (dash and mark.isascii() and moment.isdigit() and sequence.isdigit() and len(mark) < 40):
        return None
    try:
        place = _EPOCH + int(moment) * _MICROSECOND, int(sequence)
    except OverflowError:
        return None
    return place if place[1] < _LARGEST else None
