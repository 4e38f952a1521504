"""How fast our first answers are: of all turns of a time, and of those of each week, channel, person and client."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.actors import Actor
from reports.hours import Hours
from reports.people import Else, Place
from reports.spans import Span
from reports.turns import turns


class By(StrEnum):
    """What turns are told apart by; WHO: who answered, whose it is while nobody did."""

    WEEK = "week"
    CHANNEL = "channel"
    WHO = "who"
    CLIENT = "client"


@dataclass(frozen=True)
class Speed:
    """Of some turns, in seconds. within: the share answered in so many working hours, of those that were, or that have
    waited longer by now: what may still be answered in time counts neither way."""

    turns: int
    answered: int
    settled: int
    waiting: int
    median: float | None
    p90: float | None
    clock_median: float | None
    clock_p90: float | None
    within: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A turn that waits for its answer."""

    conversation: UUID
    began: datetime
    channel: str
    assignee: UUID | None
    clock: float
    worked: float


@dataclass
class Answers:
    """all: None where there was no turn. weeks: by their numbers, from 1. people: as a report lists them. clients: None
    for what is no client's. waits: the longest first, as many as were asked for."""

    all: Speed | None = None
    weeks: dict[int, Speed] = field(default_factory=dict)
    channels: dict[str, Speed] = field(default_factory=dict)
    people: dict[Place, Speed] = field(default_factory=dict)
    clients: dict[UUID | None, Speed] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What is asked of turns. begins: the first moments of the weeks. named: the people who are told apart. limits: of
    `Speed.within`. only: a condition on `turn`, with its parameters. waits: how many of them are listed."""

    by: Sequence[By]
    begins: Sequence[datetime] = ()
    named: Collection[UUID] = ()
    limits: Sequence[timedelta] = ()
    only: tuple[str, Sequence[Any]] = ("true", ())
    waits: int = 0


SOMEBODY = UUID(int=0)
MEASURED = """
WITH {turns},
kept AS (
    SELECT turn.*, width_bucket(began, %s::timestamptz[]) AS week, CASE WHEN person = ANY(%s::uuid[]) THEN person
        WHEN answered OR person IS NOT NULL THEN %s::uuid END AS who
    FROM turn WHERE {only}
)
SELECT GROUPING({sets}), {keys}, count(*), count(*) FILTER (WHERE answered), count(*) FILTER (WHERE settled),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY worked) FILTER (WHERE answered) AS worked,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY clock) FILTER (WHERE answered) AS clock,
    ARRAY[{limits}]::bigint[], NULL::uuid, NULL::timestamptz
FROM kept GROUP BY GROUPING SETS ((), {sets})
UNION ALL (
    SELECT NULL, NULL, channel, assignee, NULL, 1, 0, 0, ARRAY[worked], ARRAY[clock], NULL, talk, began
    FROM kept WHERE ended IS NULL ORDER BY began, talk LIMIT %s
)
"""
IN_TIME = (
    "count(*) FILTER (WHERE answered AND worked <= %s), count(*) FILTER (WHERE answered OR NOT settled AND worked > %s)"
)


def answers(actor: Actor, within: Q, span: Span, now: datetime, hours: Hours, asked: Asked) -> Answers:
    """Of the turns that began in the days of `span`, in what the actor sees and `within` lets through (a condition on
    conversations). One query."""
    known, params = turns(actor, within, span.start, span.end, now, hours)
    seconds = [limit.total_seconds() for limit in asked.limits for _ in range(2)]
    only, also = asked.only
    sql = MEASURED.format(
        turns=known, only=only, sets=", ".join(asked.by), limits=", ".join(IN_TIME for _ in asked.limits),
        keys=", ".join(one if one in asked.by else "NULL" for one in By),
    )  # fmt: skip
    begins = [moment.astimezone(UTC) for moment in asked.begins]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, begins, list(asked.named), SOMEBODY, *also, *seconds, asked.waits])
        return _gathered(cursor.fetchall(), asked.by)


def _gathered(rows: Iterable[Sequence[Any]], by: Sequence[By]) -> Answers:
    found = Answers()
    # the database sets the bit of what a row is not grouped by, the first of all the highest
    every = (1 << len(by)) - 1
    for apart, week, channel, who, client, *figures in rows:
        if apart is None:
            found.waits.append(_wait(channel, who, figures))
        elif apart == every:
            found.all = _speed(figures) if figures[0] else None
        else:
            match by[len(by) - (every - apart).bit_length()]:
                case By.WEEK:
                    found.weeks[week] = _speed(figures)
                case By.CHANNEL:
                    found.channels[channel] = _speed(figures)
                case By.WHO:
                    found.people[Else.SOMEBODY if who == SOMEBODY else who or Else.NOBODY] = _speed(figures)
                case By.CLIENT:
                    found.clients[client] = _speed(figures)
    return found


def _speed(figures: Sequence[Any]) -> Speed:
    turns, answered, settled, worked, clock, limits, *_ = figures
    (median, p90), (clock_median, clock_p90) = worked or (None, None), clock or (None, None)
    within = tuple(good / known if known else None for good, known in zip(limits[::2], limits[1::2], strict=True))
    waiting = turns - answered - settled
    return Speed(turns, answered, settled, waiting, median, p90, clock_median, clock_p90, within)


def _wait(channel: str, assignee: UUID | None, figures: Sequence[Any]) -> Wait:
    *_, worked, clock, _, talk, began = figures
    return Wait(talk, began, channel, assignee, clock[0], worked[0])
