"""Our turns: from the message that asks something of us to the answer.

A turn begins with the first message from the person that no person of ours has answered yet; more of the same wait does
not begin another. Automatic replies (out of office, bounces) begin none. What a program or an automation sent answers
nothing. Closing a conversation, or saying that no reply is needed, settles the turn; taking that back reopens it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from activity.models import Event
from activity.types import EventType
from inbox.intents.labels import Intent
from inbox.models import Conversation, IntentTag, Message
from reports.hours import Calendar, Hours

PERSON = "person"


class Move(IntEnum):
    """What happens in a conversation that concerns turns; at the same moment in this order."""

    ASKED = 1
    ANSWERED = 2
    AUTOMATIC = 3
    CLOSED = 4
    REOPENED = 5
    TURNED = 6


@dataclass(frozen=True)
class Step:
    """by: the member who answered."""

    conversation: UUID
    at: datetime
    move: Move
    by: UUID | None = None


@dataclass(frozen=True)
class Turn:
    """ended: when it was answered or settled; None while it waits. by: who answered, None where that is no member.
    clock, worked: until it ended, or until now; `worked` counts working hours alone."""

    conversation: UUID
    began: datetime
    ended: datetime | None = None
    settled: bool = False
    by: UUID | None = None
    clock: timedelta = timedelta()
    worked: timedelta = timedelta()

    @property
    def answered(self) -> bool:
        return self.ended is not None and not self.settled

    @property
    def waiting(self) -> bool:
        return self.ended is None


_SETTLING = (Move.CLOSED, Move.REOPENED, Move.TURNED)


@dataclass(frozen=True)
class Rest:
    """Whether a conversation rests: it is closed, or it is said to be nobody's turn. Any message ends that."""

    closed: bool = False
    nobodys: bool = False

    @property
    def is_so(self) -> bool:
        return self.closed or self.nobodys

    def after(self, move: Move) -> "Rest":
        match move:
            case Move.CLOSED:
                return replace(self, closed=True)
            case Move.REOPENED:
                return replace(self, closed=False)
            case Move.TURNED:
                return replace(self, nobodys=not self.nobodys)
        return Rest()


def turns(actor: Actor, within: Q, since: datetime, until: datetime, now: datetime, hours: Hours) -> list[Turn]:
    """The turns that began from `since` to before `until`, in the conversations that the actor sees and `within` lets
    through (a condition on conversations), the oldest first; what happened after `now` is not looked at. Two
    queries."""
    talks = _talks(actor, within, since, until)
    steps = sorted([*_messages(actor, talks, now), *_doings(actor, talks, now)], key=lambda one: one.conversation.int)
    began = [turn for _, each in groupby(steps, attrgetter("conversation")) for turn in turns_of(each)]
    found = sorted((turn for turn in began if since <= turn.began < until), key=attrgetter("began", "conversation"))
    return _timed(found, now, hours)


def turns_of(steps: Iterable[Step]) -> Iterator[Turn]:
    """The turns of one conversation."""
    turn, rest = None, Rest()
    for step in sorted(steps, key=attrgetter("at", "move")):
        rest = rest.after(step.move)
        if step.move is Move.ASKED and (turn is None or turn.settled):
            if turn is not None:
                yield turn
            turn = Turn(step.conversation, step.at)
        elif step.move is Move.ANSWERED and turn is not None:
            yield turn if turn.settled else replace(turn, ended=step.at, by=step.by)
            turn = None
        elif step.move in _SETTLING and turn is not None and turn.settled is not rest.is_so:
            turn = replace(turn, settled=rest.is_so, ended=step.at if rest.is_so else None)
    if turn is not None:
        yield turn


def _timed(found: list[Turn], now: datetime, hours: Hours) -> list[Turn]:
    if not found:
        return []
    calendar = Calendar(hours, found[0].began, max(now, *(turn.ended or now for turn in found)))
    ends = [turn.ended or now for turn in found]
    return [
        replace(turn, clock=end - turn.began, worked=calendar.between(turn.began, end))
        for turn, end in zip(found, ends, strict=True)
    ]


def _talks(actor: Actor, within: Q, since: datetime, until: datetime) -> "QuerySet[Conversation]":
    """Those in which somebody wrote to us in that time."""
    wrote = Message.objects.visible_to(actor).filter(
        direction=Message.Direction.INBOUND, occurred_at__gte=since, occurred_at__lt=until
    )
    rows: QuerySet[Conversation] = Conversation.objects.visible_to(actor).filter(
        within, pk__in=wrote.values("conversation")
    )
    return rows


def _messages(actor: Actor, talks: "QuerySet[Conversation]", now: datetime) -> Iterator[Step]:
    rows = with_intent(Message.objects.visible_to(actor).filter(conversation__in=talks, occurred_at__lte=now))
    for conversation, at, direction, kind, by, said in rows.order_by("position").values_list(
        "conversation", "occurred_at", "direction", "author_kind", "author_id", "said"
    ):
        move = _move(direction, kind, said)
        yield Step(conversation, at, move, by if move is Move.ANSWERED else None)


def _move(direction: str, author_kind: str, said: str) -> Move:
    if direction == Message.Direction.INBOUND:
        return Move.AUTOMATIC if said == Intent.OUT_OF_OFFICE else Move.ASKED
    return Move.ANSWERED if author_kind == PERSON else Move.AUTOMATIC


def with_intent(messages: "QuerySet[Any]") -> "QuerySet[Any]":
    """Annotate `said`: what each wants, by the last word of a person, else by the newest judgement; empty
    where nobody said."""
    tags = IntentTag.objects.filter(message=OuterRef("pk"))
    word = tags.annotate(
        weight=Case(When(made_by=IntentTag.Maker.PERSON, then=1), default=0, output_field=IntegerField())
    )
    newest = word.order_by(F("weight").desc(), "-created_at", "-id")
    annotated: QuerySet[Any] = messages.annotate(said=Coalesce(Subquery(newest.values("intent")[:1]), Value("")))
    return annotated


_DOINGS = {
    EventType.CONVERSATION_CLOSED: Move.CLOSED,
    EventType.CONVERSATION_REOPENED: Move.REOPENED,
    EventType.CONVERSATION_UPDATED: Move.TURNED,
}


def _doings(actor: Actor, talks: "QuerySet[Conversation]", now: datetime) -> Iterator[Step]:
    """That a conversation was closed or reopened, or was said to need no reply, or that this was taken back."""
    turned = Q(type=EventType.CONVERSATION_UPDATED, payload__changed_fields__contains="turn")
    # what a message reopens is told by the message
    reopened = Q(type=EventType.CONVERSATION_REOPENED) & ~Q(payload__reason="new message")
    rows = Event.objects.visible_to(actor).filter(
        turned | reopened | Q(type=EventType.CONVERSATION_CLOSED),
        subject_id__in=talks.values("pk"), occurred_at__lte=now,
    )  # fmt: skip
    for conversation, at, kind in rows.values_list("subject_id", "occurred_at", "type"):
        yield Step(conversation, at, _DOINGS[EventType(kind)])
