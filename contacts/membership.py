"""Who is in which segment: kept true from the event log, many contacts at once, and found anew for a whole segment in
steps that each commit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor, system
from activity import consumers, log
from activity.log import record_each
from activity.models import Consumer, Event
from activity.types import EventType
from activity.undoing import FOR
from contacts.bulk import matching
from contacts.models import Contact, Segment, SegmentMember
from contacts.queries import Rows
from crm.errors import Invalid

logger = structlog.get_logger(__name__)
CONSUMER = "segments"
STEP = 2000
EVENTS = 1000
RECORDED = 1000

# Whatever can make a contact match a filter, or stop it.
_TYPES = (
    EventType.CONTACT_CREATED, EventType.CONTACT_UPDATED, EventType.CONTACT_DELETED, EventType.CONTACT_MERGED,
    EventType.CONTACT_UNMERGED, EventType.CONTACT_ERASED,
)  # fmt: skip


@transaction.atomic
def follow() -> int:
    """Look again at the contacts of up to `EVENTS` waiting events, in all segments; returns how many events there were.
    Does nothing where another process is at it. What it does follows from the contacts as they are, so that doing it
    twice does no harm."""
    cursor = _cursor()
    if cursor is None:
        return 0
    start, end = log.Position(cursor.transaction, cursor.sequence), log.end()
    events = list(log.after(start).filter(type__in=_TYPES)[:EVENTS])
    for workspace, touched in _touched(events).items():
        for segment in Segment.objects.filter(workspace=workspace).order_by("pk"):
            step(segment, sorted(touched))
    cursor.transaction, cursor.sequence = log.position_of(events[-1]) if events else max(start, end)
    if (cursor.transaction, cursor.sequence) != start:
        cursor.save(update_fields=["transaction", "sequence", "moved_at"])
    return len(events)


def refresh(segment: Segment, *, steps: int | None = None) -> bool:
    """Find all members anew, or go on with that, at most `steps` steps. Returns whether it is done."""
    taken = 0
    while steps is None or taken < steps:
        if step(segment):
            return True
        taken += 1
    return False


def waiting() -> Iterator[Segment]:
    """Those whose members are still to be found."""
    yield from Segment.objects.filter(refreshed_at=None).select_related("workspace").order_by("created_at", "pk")


def start_over() -> None:
    """Drop those whose deletion nobody can take back any more. And look at all others anew: something may have changed
    that no event of a contact tells."""
    Segment.objects.filter(deleted_at__lt=timezone.now() - FOR, member_count=0).delete()
    Segment.objects.update(**Segment.ANEW)


@transaction.atomic
def step(segment: Segment, among: Sequence[UUID] | None = None) -> bool:
    """Take in whoever of `among` matches, let go of whoever does not, and record it; without `among`, of the next
    `STEP` contacts, or of all where few match. Returns whether all were looked at. Locks the segment."""
    rows = Segment.objects.select_related("workspace").select_for_update(of=("self",))
    locked: Segment | None = rows.filter(pk=segment.pk).first()
    if locked is None:
        return True
    changes: dict[str, Any] = {}
    if among is None:
        among, walked_to = _next(locked)
        changes = {"walked_to": walked_to, "refreshed_at": None if walked_to else timezone.now()}
    entering, leaving = _differing(locked, among)
    SegmentMember.objects.bulk_create(
        SegmentMember(workspace=locked.workspace, segment=locked, contact=contact) for contact in entering
    )
    SegmentMember.objects.filter(segment=locked, contact__in=leaving).delete()
    _record(locked, EventType.SEGMENT_ENTERED, entering)
    _record(locked, EventType.SEGMENT_LEFT, leaving)
    if entering or leaving:
        changes["member_count"] = F("member_count") + len(entering) - len(leaving)
    if changes:
        Segment.objects.filter(pk=locked.pk).update(**changes)
    return not changes.get("walked_to")


def belonging(segment: Segment) -> Rows:
    """The contacts that its filters leave now; of a deleted one, nobody."""
    actor = _actor(segment)
    if segment.deleted_at is not None:
        return Contact.objects.none()
    try:
        return matching(actor, segment.filters)
    except Invalid as refusal:  # what its filters meant is no more
        logger.warning("segment_unreadable", segment=str(segment.pk), reason=refusal.message)
        return Contact.objects.none()


def _next(segment: Segment) -> tuple[list[UUID], UUID | None]:
    """The contacts to look at now, and up to which id that goes; None where there are no more. A large segment walks
    over all contacts by their ids: whatever it looked at already does not slow it down."""
    if segment.walked_to is None:
        few = belonging(segment).order_by().values_list("pk", flat=True)[: STEP + 1]
        members = SegmentMember.objects.filter(segment=segment).values_list("contact", flat=True)[: STEP + 1]
        found, present = set(few), set(members)
        if max(len(found), len(present)) <= STEP:
            return sorted(found | present), None
    rows = Contact.objects.filter(workspace=segment.workspace_id)
    if segment.walked_to is not None:
        rows = rows.filter(pk__gt=segment.walked_to)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:STEP])
    return ids, ids[-1] if len(ids) == STEP else None


def _differing(segment: Segment, among: Sequence[UUID]) -> tuple[list[Contact], list[Contact]]:
    """Who of these matches and is no member, and who is one and does not match."""
    matches = belonging(segment).filter(pk__in=among).order_by()
    members = Contact.objects.filter(memberships__segment=segment, pk__in=among)
    found, present = (set(rows.values_list("pk", flat=True)) for rows in (matches, members))
    return [_told(segment, pk) for pk in sorted(found - present)], [
        _told(segment, pk) for pk in sorted(present - found)
    ]


def _told(segment: Segment, pk: UUID) -> Contact:
    """The contact, on the segment's side of the wall: what the workspace calls a segment of its own is nothing that the
    people of one client hear, though theirs are in it."""
    return Contact(pk=pk, client_id=segment.client_id)


def _record(segment: Segment, type: EventType, contacts: Sequence[Contact]) -> None:
    for first in range(0, len(contacts), RECORDED):
        some = contacts[first : first + RECORDED]
        record_each(_actor(segment), type, some, segment_id=segment.pk, segment=segment.name)


def _actor(segment: Segment) -> Actor:
    actor = system(segment.workspace, "segments")
    return replace(actor, clients=frozenset([segment.client_id])) if segment.client_id else actor


def _cursor() -> Consumer | None:
    """The place up to which the log was followed, locked; on the first time its end, since new segments look at
    everybody themselves."""
    consumers.enrol()
    if not Consumer.objects.filter(name=CONSUMER).exists():
        end = log.end()
        made = Consumer(name=CONSUMER, transaction=end.transaction, sequence=end.sequence)
        Consumer.objects.bulk_create([made], ignore_conflicts=True)
    return Consumer.objects.select_for_update(skip_locked=True).filter(name=CONSUMER).first()


def _touched(events: Iterable[Event]) -> dict[UUID, set[UUID]]:
    """The contacts that these events are about, by their workspace."""
    found: dict[UUID, set[UUID]] = {}
    for event in events:
        others = [UUID(event.payload[key]) for key in ("merged_id", "unmerged_id") if key in event.payload]
        found.setdefault(event.workspace_id, set()).update([event.subject_id, *others])
    return found
