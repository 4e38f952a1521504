"""What the board would have done by itself: its reaction's conditions, asked of the past (`activity.rehearsing`)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from accounts.models import Workspace
from activity.models import Event
from activity.rehearsing import Memory, Would, rehearses
from activity.types import EventType
from deals.models import Deal, Stage
from inbox.intents.labels import Intent
from inbox.looking_back import Entry, Then, by_then, history
from inbox.rehearsals import acting_on

_BEGUN = (EventType.DEAL_CREATED, EventType.DEAL_RESTORED)
_STEPS = (*_BEGUN, EventType.DEAL_STAGE_CHANGED, EventType.DEAL_DELETED)


@rehearses("open_deal", Q(payload__intent__in=[Intent.INTERESTED, Intent.BOOKING]))
def would_open(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    found = []
    asked = list(acting_on(workspace, events, Then(workspace, events)))
    people = {UUID(event.payload["contact_id"]) for event in events}
    deals = DealsThen(workspace, people | {conversation.contact_id for _, conversation, _ in asked})
    for event, conversation, _ in asked:
        contact = UUID(event.payload["contact_id"])
        if deals.was_open(contact, event, memory):
            continue
        memory[str(contact)] = event.sequence
        found.append(Would(event, conversation.pk))
    return found


class DealsThen:
    """Which deals people had, in a fixed number of queries."""

    def __init__(self, workspace: Workspace, people: Iterable[UUID]) -> None:
        people = set(people)
        ids = Deal.objects.filter(workspace=workspace, contact__in=people).values_list("pk", flat=True)
        self._deals: dict[str, list[list[Entry]]] = defaultdict(list)
        for deal in history(ids, _STEPS).values():
            for who in {entry.payload["contact_id"] for entry in deal}:
                self._deals[who].append(deal)
        self._merged = history(people, [EventType.CONTACT_MERGED])
        stages = Stage.objects.filter(workspace=workspace, kind=Stage.Kind.OPEN)
        self._open = set(stages.values_list("key", flat=True))

    def was_open(self, contact: UUID, event: Event, memory: Memory) -> bool:
        """Whether the person had an open deal; or would have had, and no real one has shown since how it went on."""
        themselves = self._themselves(contact, event)
        theirs = [by_then(deal, event) for who in themselves for deal in self._deals[who]]
        if any(deal and self._is_open(deal[-1], themselves) for deal in theirs):
            return True
        began = max((one.position.sequence for deal in theirs for one in deal if one.type in _BEGUN), default=0)
        return any(memory.get(who, 0) > began for who in themselves)

    def _is_open(self, entry: Entry, themselves: set[str]) -> bool:
        is_theirs = entry.payload["contact_id"] in themselves
        return is_theirs and entry.type != EventType.DEAL_DELETED and entry.payload["stage"] in self._open

    def _themselves(self, contact: UUID, event: Event) -> set[str]:
        """With those who had been joined with them."""
        return {str(contact), *(entry.payload["merged_id"] for entry in by_then(self._merged[contact], event))}
