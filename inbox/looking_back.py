"""How conversations stood when something happened to them, rebuilt from the log: for what is judged afterwards.

What it says holds for the moment at which the event's transaction had ended, and is to be read only: no row that comes
from here may be saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.dateparse import parse_datetime

from accounts.models import Membership, Workspace
from activity.log import Position
from activity.models import Event
from activity.types import EventType
from contacts.models import Identity, Suppression
from inbox.models import Conversation, Message

_STATUS: dict[str, str] = {
    EventType.CONVERSATION_CLOSED: Conversation.Status.CLOSED,
    EventType.CONVERSATION_REOPENED: Conversation.Status.ACTIVE,
    EventType.CONVERSATION_SNOOZED: Conversation.Status.SNOOZED,
}
_LAST = 2**63 - 1


class Entry(NamedTuple):
    """A line of a subject's history."""

    position: Position
    type: str
    payload: dict[str, Any]


History = dict[UUID, list[Entry]]


def history(subjects: Iterable[UUID], types: Iterable[str]) -> History:
    """What of `types` happened to each of these rows, in the log's order. One query."""
    rows = Event.objects.filter(subject_id__in=set(subjects), type__in=sorted(types))
    found: History = defaultdict(list)
    lines = rows.values_list("subject_id", "transaction", "sequence", "type", "payload")
    for subject, transaction, sequence, kind, payload in lines.order_by("transaction", "sequence"):
        found[subject].append(Entry(Position(transaction, sequence), kind, payload))
    return found


def end_of(event: Event) -> Position:
    """Where the event's transaction ends. One that was brought from another database has lost its number."""
    return Position(event.transaction, _LAST if event.transaction else event.sequence)


def by_then(entries: Sequence[Entry], event: Event) -> list[Entry]:
    end = end_of(event)
    return [entry for entry in entries if entry.position <= end]


def conversation_of(event: Event) -> UUID:
    return UUID(event.payload["conversation_id"]) if "conversation_id" in event.payload else event.subject_id


class Then:
    """The conversations that some events are about, in a number of queries that does not grow with them."""

    def __init__(self, workspace: Workspace, events: Sequence[Event]) -> None:
        ids = {conversation_of(event) for event in events}
        rows = Conversation.objects.filter(workspace=workspace, pk__in=ids).defer("contact__search")
        self._rows = {one.pk: one for one in rows.select_related("contact__workspace")}
        self._states = history(ids, _STATUS)
        self._assigned = history(ids, [EventType.CONVERSATION_ASSIGNED])
        named = [event.payload.get("message_id") or event.subject_id for event in events]
        self._messages: dict[UUID, Message] = Message.objects.defer("html", "body").in_bulk(set(map(_uuid, named)))
        members = (
            Membership.objects.filter(workspace=workspace).select_related("user").prefetch_related("client_access")
        )
        self._members = {member.pk: member for member in members}

    def message(self, event: Event) -> Message | None:
        """The one that the event names."""
        return self._messages.get(_uuid(event.payload.get("message_id") or event.subject_id))

    def conversation(self, event: Event) -> Conversation | None:
        """None where it is gone for good."""
        now = self._rows.get(conversation_of(event))
        if now is None:
            return None
        then: Conversation = copy(now)
        then.status, then.snoozed_until = self._status(then.pk, event)
        then.assignee = self._assignee(then.pk, event)
        then.contact = copy(now.contact)
        then.contact.owner = self._members.get(now.contact.owner_id) if now.contact.owner_id else None
        if then.contact.deleted_at and then.contact.deleted_at > event.occurred_at:
            then.contact.deleted_at = None
        return then

    def was_touched(self, conversation: UUID, *, after: int, by: Event) -> bool:
        """Whether somebody closed, reopened or snoozed it after that sequence, up to the event."""
        return any(one.position.sequence > after for one in by_then(self._states[conversation], by))

    def was_assigned(self, conversation: UUID, *, after: int, by: Event) -> bool:
        """Whether it was given to somebody, or back, after that sequence, up to the event."""
        return any(one.position.sequence > after for one in by_then(self._assigned[conversation], by))

    def member(self, pk: UUID) -> Membership | None:
        return self._members.get(pk)

    def _status(self, conversation: UUID, event: Event) -> tuple[str, datetime | None]:
        entries = by_then(self._states[conversation], event)
        if not entries:
            return Conversation.Status.ACTIVE, None
        until = entries[-1].payload.get("until")
        return _STATUS[entries[-1].type], parse_datetime(until) if until else None

    def _assignee(self, conversation: UUID, event: Event) -> Membership | None:
        entries = by_then(self._assigned[conversation], event)
        given_to = entries[-1].payload["assigned_to"] if entries else None
        return self._members.get(UUID(given_to)) if given_to else None


class Suppressed:
    """Since when nothing is sent to people, as far as it still is so: a suppression that was lifted left no trace."""

    def __init__(self, people: Iterable[UUID]) -> None:
        kept = Identity.objects.filter(contact__in=set(people))
        self._addresses: dict[UUID, set[tuple[Any, str, str]]] = defaultdict(set)
        for contact, wall, kind, value in kept.values_list("contact_id", "wall", "kind", "value"):
            self._addresses[contact].add((wall, kind, value))
        known = [address for addresses in self._addresses.values() for address in addresses]
        rows = Suppression.objects.filter(wall__in={one[0] for one in known}, value__in={one[2] for one in known})
        self._since = {(row.wall, row.kind, row.value): row.created_at for row in rows}

    def was(self, contact: UUID, at: datetime) -> bool:
        moments = [self._since[one] for one in self._addresses[contact] if one in self._since]
        return any(moment <= at for moment in moments)


class Beginnings:
    """The first messages of conversations, where they had one by then."""

    def __init__(self, conversations: Iterable[UUID]) -> None:
        rows = Message.objects.filter(conversation__in=set(conversations), position=1).defer("html", "body")
        self._first = {one.conversation_id: one for one in rows}
        ids = [one.pk for one in self._first.values()]
        self._arrived = history(ids, [EventType.MESSAGE_RECEIVED, EventType.MESSAGE_SENT])

    def by(self, event: Event, conversation: UUID) -> Message | None:
        first = self._first.get(conversation)
        return first if first and by_then(self._arrived[first.pk], event) else None


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
