"""What the inbox would have done by itself: its reactions' conditions, asked of the past (`activity.rehearsing`)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from accounts.models import Membership, Workspace
from activity.models import Event
from activity.rehearsing import Memory, Would, rehearses
from inbox.intents.labels import Intent
from inbox.looking_back import Beginnings, Suppressed, Then
from inbox.models import Conversation, Message
from inbox.reactions import (
    available,
    away_until,
    first_able,
    in_charge,
    is_history,
    is_sure,
    is_unclaimed,
    may_act,
)
from inbox.thresholds import thresholds


def acting_on(
    workspace: Workspace, events: Sequence[Event], then: Then
) -> Iterator[tuple[Event, Conversation, Message | None]]:
    """Those that `inbox.reactions.to_act_on` would have let through. At its own moment, an intent event is about what
    the person said last, and the conversation shows its intent."""
    least = thresholds(workspace)
    for event in events:
        conversation, message = then.conversation(event), then.message(event)
        if conversation and is_sure(event, least) and may_act(conversation, message):
            yield event, conversation, message


@rehearses("snooze_absent", Q(payload__intent=Intent.OUT_OF_OFFICE))
def would_snooze(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    then, found = Then(workspace, events), []
    for event, conversation, message in acting_on(workspace, events, then):
        until = away_until(conversation, message, event.occurred_at)
        sleeps_until = _remembered(memory, then, event, conversation) or conversation.snoozed_until
        if until is None or until == sleeps_until:
            continue
        _remember(memory, event, conversation, until)
        found.append(Would(event, conversation.pk, {"until": until.isoformat()}))
    return found


def _remember(memory: Memory, event: Event, conversation: Conversation, until: datetime | None) -> None:
    """It would be out of the way: until then, or closed."""
    message = event.payload["message_id"]
    memory[str(conversation.pk)] = [event.sequence, message, until.isoformat() if until else None]


def _remembered(memory: Memory, then: Then, event: Event, conversation: Conversation) -> Any:
    """Until when it would be asleep, True where it would be closed; None where something has woken it since: the person
    wrote again, or somebody did with it what the log tells."""
    sequence, message, until = memory.get(str(conversation.pk), (0, "", None))
    if not sequence or message != event.payload["message_id"]:
        return None
    if then.was_touched(conversation.pk, after=sequence, by=event):
        return None
    return parse_datetime(until) if until else True


@rehearses("close_uninterested", Q(payload__intent=Intent.NOT_INTERESTED))
def would_close(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    then, found = Then(workspace, events), []
    asked = list(acting_on(workspace, events, then))
    suppressed = Suppressed(conversation.contact_id for _, conversation, _ in asked)
    told: dict[str, bool] = memory.setdefault("suppressed", {})
    for event, conversation, _ in asked:
        is_closed = conversation.status == Conversation.Status.CLOSED
        closes = not (is_closed or _remembered(memory, then, event, conversation))
        contact = str(conversation.contact_id)
        suppresses = contact not in told and not suppressed.was(conversation.contact_id, event.occurred_at)
        if closes or suppresses:
            told[contact] = True
            _remember(memory, event, conversation, None)
            found.append(Would(event, conversation.pk, {"closes": closes, "suppresses": suppresses}))
    return found


@rehearses("follow_up_offline", Q(payload__offline=True))
def would_follow_up(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    then, found = Then(workspace, events), []
    for event in events:
        conversation, message = then.conversation(event), then.message(event)
        if conversation and message and not is_history(message):
            owner = first_able(conversation, *in_charge(conversation))
            found.append(Would(event, conversation.pk, {"member": str(owner.pk) if owner else None}))
    return found


@rehearses("assign_round_robin", Q())
def would_assign(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    then, found = Then(workspace, events), []
    beginnings, agents = Beginnings(event.subject_id for event in events), _agents(workspace)
    turns: dict[str, int] = memory.setdefault("turns", {})
    for event in events:
        conversation = then.conversation(event)
        if conversation is None or not is_unclaimed(conversation, beginnings.by(event, conversation.pk)):
            continue
        # Whoever got none in the window comes first, as who never got one does in `next_agent`.
        agent = min(agents(conversation.client_id), key=lambda one: (turns.get(str(one.pk), 0), one.pk), default=None)
        if agent is not None:
            turns[str(agent.pk)] = event.sequence
            found.append(Would(event, conversation.pk, {"member": str(agent.pk)}))
    return found


def _agents(workspace: Workspace) -> Callable[[UUID | None], list[Membership]]:
    """Who is available to each client, asked once for each."""
    known: dict[UUID | None, list[Membership]] = {}

    def of(client_id: UUID | None) -> list[Membership]:
        if client_id not in known:
            known[client_id] = list(available(workspace.pk, client_id))
        return known[client_id]

    return of
