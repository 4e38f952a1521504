"""What the inbox does by itself. Each is a switch of the workspace, and done once for one event."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, Role
from activity.consumers import reaction
from activity.models import Event
from activity.types import EventType
from contacts.suppression import suppress
from contacts.zones import zone_of
from crm.transactions import advisory_lock
from inbox import actions, follow_ups
from inbox.actions import may_answer
from inbox.intents.absence import return_date
from inbox.intents.labels import Intent
from inbox.messages import lock, newest_from_them
from inbox.models import Conversation, FollowUp, Message
from inbox.thresholds import thresholds

# What arrives later than this after it was said is history (an import, a back-fill): it is shown, and nothing acts on
# it.
HISTORY = timedelta(days=3)
# What takes somebody out of sight or off every list asks for more certainty than what opens a deal.
SURE = 0.85
# From which confidence a label makes something happen by itself, where its threshold asks for no more (`acts_from`).
ACTS_AT = {Intent.NOT_INTERESTED: SURE, Intent.OUT_OF_OFFICE: SURE, Intent.INTERESTED: 0.0, Intent.BOOKING: 0.0}
ABSENCE_WITHOUT_DATE = timedelta(days=3)
START_OF_DAY = time(9)
FRIDAY = 4


def is_history(message: Message) -> bool:
    return message.arrived_at - message.occurred_at > HISTORY


def to_act_on(event: Event, *intents: Intent) -> tuple[Conversation, Message | None] | None:
    """The conversation, locked, and the message an intent event is about; None where nothing acts: another intent, too
    little confidence, history, a person who is gone, or a conversation that has moved on since."""
    payload: dict[str, Any] = event.payload
    if payload["intent"] not in intents or not is_sure(event, thresholds(event.workspace)):
        return None
    conversation = lock(Conversation.objects.get(pk=payload["conversation_id"]))
    message = Message.objects.filter(pk=payload["message_id"]).first()
    if conversation.intent != payload["intent"] or not may_act(conversation, message):
        return None
    if message is not None and message.pk != newest_from_them(conversation):
        return None
    return conversation, message


def acts_from(intent: Intent, least: Mapping[Intent, float]) -> float:
    """The confidence from which one of ACTS_AT makes something happen, with these thresholds."""
    return max(ACTS_AT[intent], least[intent])


def is_sure(event: Event, least: Mapping[Intent, float]) -> bool:
    """Whether an intent event of one of ACTS_AT is confident enough to act upon."""
    return bool(event.payload["confidence"] >= acts_from(Intent(event.payload["intent"]), least))


def may_act(conversation: Conversation, message: Message | None) -> bool:
    """Whether the person is still there, and what they said is no history."""
    return conversation.contact.deleted_at is None and not (message is not None and is_history(message))


def first_able(conversation: Conversation, *members: Membership | None) -> Membership | None:
    """The first of `members` who may still answer in this conversation."""
    return next((member for member in members if member and may_answer(member, conversation.client_id)), None)


@reaction(
    "snooze_absent",
    EventType.INTENT_DETECTED,
    EventType.INTENT_OVERRIDDEN,
    title="When somebody is away, snooze the conversation until the day they are back, else for three days.",
)
def snooze_absent(event: Event, actor: Actor) -> None:
    found = to_act_on(event, Intent.OUT_OF_OFFICE)
    until = away_until(*found, timezone.now()) if found else None
    if found and until:
        actions.snooze(actor=actor, conversation=found[0], until=until)


def away_until(conversation: Conversation, message: Message | None, now: datetime) -> datetime | None:
    """When it is to come back, which lies ahead of `now`; None where it is not put aside at all."""
    if conversation.status == Conversation.Status.CLOSED:
        return None
    zone = zone_of(conversation.contact)
    back = return_date(message.new_text, message.occurred_at.astimezone(zone).date()) if message else None
    until = first_working_hour(back, zone) if back else now + ABSENCE_WITHOUT_DATE
    return until if until > now else None


def first_working_hour(back: date, zone: ZoneInfo) -> datetime:
    """Who is back on a Saturday reads their mail on Monday."""
    weekend = max(0, back.weekday() - FRIDAY)
    return datetime.combine(back + timedelta(days=3 - weekend if weekend else 0), START_OF_DAY, zone)


@reaction(
    "close_uninterested",
    EventType.INTENT_DETECTED,
    EventType.INTENT_OVERRIDDEN,
    title="When somebody does not want to hear from us, close the conversation and stop sending to them.",
)
def close_uninterested(event: Event, actor: Actor) -> None:
    found = to_act_on(event, Intent.NOT_INTERESTED)
    if found is None:
        return
    conversation, _ = found
    suppress(actor=actor, contact=conversation.contact, reason="said so in a reply")
    actions.close(actor=actor, conversation=conversation)


@reaction(
    "follow_up_offline",
    EventType.MESSAGE_RECEIVED,
    title="When a message is left while nobody is there, make a follow-up for the owner.",
)
def follow_up_offline(event: Event, actor: Actor) -> None:
    if not event.payload["offline"]:
        return
    message = Message.objects.select_related("conversation__contact").get(pk=event.subject_id)
    if is_history(message):
        return
    conversation = message.conversation
    owner = first_able(conversation, *in_charge(conversation))
    follow_ups.create(
        actor=actor,
        conversation_id=conversation.pk,
        owner_id=owner.pk if owner else None,
        note=f"Answer the message that {conversation.contact} left",
        due_at=timezone.now(),
        source=FollowUp.Source.OFFLINE_MESSAGE,
    )


def in_charge(conversation: Conversation) -> tuple[Membership | None, Membership | None]:
    """Whose it is to answer: who has the conversation, else who has the person."""
    return conversation.assignee, conversation.contact.owner


@reaction(
    "assign_round_robin",
    EventType.CONVERSATION_CREATED,
    title="Give each new conversation to the available agent who has waited longest.",
)
def assign_round_robin(event: Event, actor: Actor) -> None:
    conversation = lock(Conversation.objects.get(pk=event.subject_id))
    first = conversation.messages.order_by("position").first()
    if not is_unclaimed(conversation, first):
        return
    agent = next_agent(conversation)
    if agent is None:
        return
    give(actor, conversation, agent)
    for follow_up in conversation.follow_ups.filter(owner=None, done_at=None):
        follow_ups.change(actor=actor, follow_up=follow_up, owner_id=agent.pk)


def is_unclaimed(conversation: Conversation, first: Message | None) -> bool:
    """Whether it is nobody's, and what it begins with is no history."""
    return conversation.assignee_id is None and not (first is not None and is_history(first))


def give(actor: Actor, conversation: Conversation, agent: Membership) -> None:
    """Assign it to whose turn it was; now it is everybody else's before theirs."""
    actions.assign(actor=actor, conversation=conversation, to=agent)
    Membership.objects.filter(pk=agent.pk).update(last_assigned_at=timezone.now())


def next_agent(conversation: Conversation, among: Collection[str] | None = None) -> Membership | None:
    """The available agent whose turn it is; `among`: of those with these e-mail addresses, of whatever role. One
    conversation of a workspace after another: who is asked for two at once would get both, or a locked agent none."""
    advisory_lock(f"inbox.round_robin {conversation.workspace_id}")
    agents = available(conversation.workspace_id, conversation.client_id, among)
    return agents.order_by(F("last_assigned_at").asc(nulls_first=True), "pk").first()


def available(
    workspace_id: UUID, client_id: UUID | None, among: Collection[str] | None = None
) -> QuerySet[Membership]:  # fmt: skip
    """The agents who take new conversations of this client; `among`: of those with these e-mail addresses, of whatever
    role."""
    may_see = Q(all_clients=True) | Q(client_access__client=client_id)
    agents = Membership.objects.filter(may_see, workspace=workspace_id, is_active=True, is_available=True)
    named = Q(role=Role.AGENT) if among is None else Q(user__email__in=[each.lower() for each in among])
    return agents.exclude(role=Role.VIEWER).filter(named).select_related("user")
