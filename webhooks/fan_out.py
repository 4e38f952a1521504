"""From the event log to deliveries: each event becomes a row for each endpoint that wants it, once.

Read by a cursor of its own, some hundred events in one transaction: most of them are wanted by nobody, and none is to
cost a transaction for that.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from activity import log
from activity.models import Consumer, Event
from activity.types import TEAM_ONLY
from crm.transactions import insert_once
from webhooks.endpoints import TYPES
from webhooks.models import Delivery, Endpoint

NAME = "webhooks"
AT_ONCE = 500


def read_on() -> int:
    """Make the deliveries of what happened since, and return how many events were looked at. Returns at once where
    another process is at it. The first time, on an installation that has a past, it begins with what happens next."""
    read = 0
    while found := _step():
        read += found
    return read


@transaction.atomic
def _step() -> int:
    cursor = Consumer.objects.select_for_update(skip_locked=True).filter(name=NAME).first()
    if cursor is None:
        start = log.end()
        insert_once(Consumer(name=NAME, transaction=start.transaction, sequence=start.sequence))
        return 0
    start = log.Position(cursor.transaction, cursor.sequence)
    # Taken before the search: what the search does not find up to here is not there.
    end = log.end()
    events = list(log.after(start).filter(type__in=TYPES)[:AT_ONCE])
    tell(events)
    reached = log.position_of(events[-1]) if len(events) == AT_ONCE else max(start, end)
    if reached != start:
        cursor.transaction, cursor.sequence = reached
        cursor.save(update_fields=["transaction", "sequence", "moved_at"])
    return len(events)


def tell(events: Iterable[Event]) -> None:
    """A delivery for each endpoint that wants each of them. Done twice, it is done once."""
    events, now = list(events), timezone.now()
    on = Endpoint.objects.filter(workspace__in={one.workspace_id for one in events}, is_active=True).defer("secrets")
    endpoints = list(on) if events else []
    Delivery.objects.bulk_create(
        [
            Delivery(
                workspace_id=event.workspace_id, endpoint=endpoint, event=event, type=event.type, due_at=now
            )
            for event in events
            for endpoint in endpoints
            if _wants(endpoint, event)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _wants(endpoint: Endpoint, event: Event) -> bool:
    """The workspace's own endpoints are told of everything there, a client's of that client. What is the team's alone
    is no client's."""
    if endpoint.workspace_id != event.workspace_id or (endpoint.types and event.type not in endpoint.types):
        return False
    if endpoint.client_id is None:
        return True
    return endpoint.client_id == event.client_id and event.type not in TEAM_ONLY
