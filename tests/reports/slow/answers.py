"""How fast our first answers are, turn by turn: what `reports.answers` has the database work out."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from inbox.models import Conversation
from reports.answers import Answers, Asked, By, Speed, Wait
from reports.hours import Hours
from reports.people import Else, Place, place
from reports.spans import Span
from tests.reports.slow.quantiles import quantile
from tests.reports.slow.turns import Turn, turns

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Known:
    """A turn, and what is known of its conversation."""

    turn: Turn
    channel: str
    client: UUID | None
    assignee: UUID | None

    @property
    def person(self) -> UUID | None:
        """Who answered; whose it is, while nobody did."""
        return self.turn.by if self.turn.answered else self.assignee

    def who(self, named: Iterable[UUID]) -> Place:
        somebody = Else.SOMEBODY if self.turn.answered else None
        return place(dict.fromkeys(named, ""), self.person or somebody)


def _is_kept(one: Known, only: tuple[str, Sequence[Any]]) -> bool:
    """What `Asked.only` says, told by its words."""
    match only:
        case ("true", _):
            return True
        case ("answered", _):
            return one.turn.answered
        case ("person = %s", [person]):
            return bool(one.person == person)
        case ("person IS NULL AND NOT answered", _):
            return one.person is None and not one.turn.answered
    raise NotImplementedError(only)


def answers(actor: Actor, within: Q, span: Span, now: datetime, hours: Hours, asked: Asked) -> Answers:
    """As `reports.answers.answers`. Three queries."""
    found = turns(actor, within, span.start, span.end, now, hours)
    known = [one for one in _known(actor, found) if _is_kept(one, asked.only)]
    keys: dict[By, Callable[[Known], Any]] = {
        By.WEEK: lambda one: bisect_right(asked.begins, one.turn.began),
        By.CHANNEL: lambda one: one.channel,
        By.WHO: lambda one: one.who(asked.named),
        By.CLIENT: lambda one: one.client,
    }
    weeks, channels, people, clients = (_by(known, keys[by], asked) if by in asked.by else {} for by in By)
    every = _speed(known, asked.limits) if known else None
    waits = [_wait(one) for one in known if one.turn.waiting][: asked.waits]
    return Answers(every, weeks, channels, people, clients, waits)


def _known(actor: Actor, found: Sequence[Turn]) -> list[Known]:
    rows = Conversation.objects.visible_to(actor).filter(pk__in={turn.conversation for turn in found})
    talks = {pk: told for pk, *told in rows.values_list("pk", "channel", "client", "assignee")}
    return [Known(turn, *talks[turn.conversation]) for turn in found]


def _by(found: Iterable[Known], key: Callable[[Known], K], asked: Asked) -> dict[K, Speed]:
    groups: dict[K, list[Known]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return {each: _speed(group, asked.limits) for each, group in groups.items()}


def _speed(found: Sequence[Known], limits: Sequence[timedelta]) -> Speed:
    every = [one.turn for one in found]
    answered = [turn for turn in every if turn.answered]
    worked = sorted(turn.worked.total_seconds() for turn in answered)
    clock = sorted(turn.clock.total_seconds() for turn in answered)
    return Speed(
        turns=len(every),
        answered=len(answered),
        settled=sum(turn.settled for turn in every),
        waiting=sum(turn.waiting for turn in every),
        median=quantile(worked, 0.5),
        p90=quantile(worked, 0.9),
        clock_median=quantile(clock, 0.5),
        clock_p90=quantile(clock, 0.9),
        within=tuple(_within(every, limit) for limit in limits),
    )


def _within(found: Iterable[Turn], limit: timedelta) -> float | None:
    known = [turn.answered and turn.worked <= limit for turn in found if turn.answered or _is_late(turn, limit)]
    return sum(known) / len(known) if known else None


def _is_late(turn: Turn, limit: timedelta) -> bool:
    return not turn.settled and turn.worked > limit


def _wait(one: Known) -> Wait:
    clock, worked = one.turn.clock.total_seconds(), one.turn.worked.total_seconds()
    return Wait(one.turn.conversation, one.turn.began, one.channel, one.assignee, clock, worked)
