"""What the automations page tells about a workspace's reactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator

from accounts.actors import Actor
from accounts.models import Membership, Role, Workspace
from activity.consumers import READERS, Reader
from activity.models import Event, ReactionSwitch, Run, RunRow
from activity.rehearsing import DAYS
from inbox.intents.labels import Intent
from inbox.models import INTENTS, Conversation, Message
from inbox.reactions import acts_from
from inbox.thresholds import thresholds

WORDS_SHOWN = 160
# What each acts upon.
ASKS: Mapping[str, tuple[Intent, ...]] = {
    "open_deal": (Intent.INTERESTED, Intent.BOOKING),
    "snooze_absent": (Intent.OUT_OF_OFFICE,),
    "close_uninterested": (Intent.NOT_INTERESTED,),
}


@dataclass(frozen=True)
class Automation:
    """touched: how many conversations it did something about in the last 30 days. least: the confidence from which it
    acts, as (label, share of 1)."""

    reader: Reader
    enabled: bool
    touched: int
    least: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Line:
    """One conversation of a dry run: what happened, what was said, and what would have been done about it (`deed`, as
    the rehearsal wrote it). `until` and `member` where that names a moment or somebody."""

    number: int
    conversation: Conversation
    event: Event
    said: str
    deed: Mapping[str, Any]
    until: datetime | None
    member: Membership | None


def automations(workspace: Workspace) -> list[Automation]:
    """All that can be switched, by their titles. Three queries."""
    switches = dict(ReactionSwitch.objects.filter(workspace=workspace).values_list("reaction", "enabled"))
    counted, least = touched(workspace), thresholds(workspace)
    return [
        Automation(one, switches.get(one.name, True), counted.get(one.name, 0), _least(one.name, least))
        for one in sorted(READERS.values(), key=lambda one: one.title)
        if one.switchable
    ]


def touched(workspace: Workspace) -> dict[str, int]:
    """How many conversations each reaction did something about in the last 30 days."""
    conversation = Coalesce(
        KeyTextTransform("conversation_id", "payload"), Cast("subject_id", TextField()), output_field=TextField()
    )
    rows = Event.objects.filter(
        Q(subject_type="conversation") | Q(payload__has_key="conversation_id"),
        workspace=workspace, actor_id=None, actor_kind="system", actor_name__in=list(READERS),
        occurred_at__gte=timezone.now() - timedelta(days=DAYS),
    )  # fmt: skip
    counted = rows.values("actor_name").annotate(n=Count(conversation, distinct=True))
    return {row["actor_name"]: row["n"] for row in counted.order_by()}


def in_turn(workspace: Workspace) -> list[Membership]:
    """The agents who get new conversations by round robin, whoever is next first; each once, whichever clients they
    see."""
    agents = Membership.objects.filter(workspace=workspace, is_active=True, is_available=True, role=Role.AGENT)
    return list(agents.select_related("user").order_by(F("last_assigned_at").asc(nulls_first=True), "pk"))


def conversations_in(run: Run) -> int:
    return RunRow.objects.filter(run=run).values("subject_id").distinct().count()


def lines(actor: Actor, run: Run, *, after: int, most: int) -> list[Line]:
    """Rows of a dry run from the one behind `after`, in the order of what happened. Four queries, however many."""
    rows = list(RunRow.objects.filter(run=run, number__gt=after).order_by("number")[:most])
    found = Conversation.objects.visible_to(actor).select_related("contact", "client")
    conversations = found.in_bulk([row.subject_id for row in rows])
    events = Event.objects.visible_to(actor).in_bulk([row.before["event"] for row in rows])
    messages = Message.objects.filter(conversation__in=conversations).defer("html", "body").in_bulk(
        [_message(event) for event in events.values()]
    )  # fmt: skip
    members = Membership.objects.select_related("user").filter(workspace=actor.workspace).in_bulk()
    return [
        _line(row, conversations[row.subject_id], events[row.before["event"]], messages, members)
        for row in rows
        if row.subject_id in conversations and row.before["event"] in events
    ]


def _line(
    row: RunRow, conversation: Conversation, event: Event, messages: Mapping[Any, Message], members: Mapping[Any, Any]
) -> Line:
    message, deed = messages.get(_message(event)), row.before
    said = Truncator(" ".join(message.new_text.split())).chars(WORDS_SHOWN) if message else ""
    until = parse_datetime(deed["until"]) if deed.get("until") else None
    member = members.get(UUID(deed["member"])) if deed.get("member") else None
    return Line(row.number, conversation, event, said, deed, until, member)


def _message(event: Event) -> UUID:
    named = event.payload.get("message_id")
    return UUID(named) if named else event.subject_id


def _least(name: str, least: Mapping[Intent, float]) -> list[tuple[str, float]]:
    return [(dict(INTENTS)[intent.value], acts_from(intent, least)) for intent in ASKS.get(name, ())]
