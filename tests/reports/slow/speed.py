"""How long people wait for our first answer, on the clock and in working hours."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actors import Actor
from clients.models import Client
from inbox.channels import Channel
from inbox.models import Conversation
from reports import people
from reports.base import Chosen
from reports.hours_kept import hours_of
from reports.people import Else
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from tests.reports.slow.quantiles import quantile, whole
from tests.reports.slow.turns import Turn, turns

HOUR = timedelta(hours=1)
WAITING_SHOWN = 50
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Speed:
    """Of some turns. within: the share answered in so many working hours (1, 4, a working day), of those that were, or
    that have waited longer by now: what may still be answered in time counts neither way."""

    turns: int
    answered: int
    settled: int
    waiting: int
    median: float | None
    p90: float | None
    clock_median: float | None
    clock_p90: float | None
    within: tuple[float | None, ...]


def speed(found: Sequence[Turn], limits: Sequence[timedelta]) -> Speed:
    answered = [turn for turn in found if turn.answered]
    worked = sorted(turn.worked.total_seconds() for turn in answered)
    clock = sorted(turn.clock.total_seconds() for turn in answered)
    settled = sum(turn.settled for turn in found)
    return Speed(
        turns=len(found),
        answered=len(answered),
        settled=settled,
        waiting=len(found) - len(answered) - settled,
        median=quantile(worked, 0.5),
        p90=quantile(worked, 0.9),
        clock_median=quantile(clock, 0.5),
        clock_p90=quantile(clock, 0.9),
        within=tuple(_within(found, limit) for limit in limits),
    )


def _within(found: Iterable[Turn], limit: timedelta) -> float | None:
    known = [turn.answered and turn.worked <= limit for turn in found if turn.answered or _is_late(turn, limit)]
    return sum(known) / len(known) if known else None


def _is_late(turn: Turn, limit: timedelta) -> bool:
    return not turn.settled and turn.worked > limit


def grouped(found: Iterable[Turn], key: Callable[[Turn], K]) -> dict[K, list[Turn]]:
    groups: dict[K, list[Turn]] = defaultdict(list)
    for turn in found:
        groups[key(turn)].append(turn)
    return groups


@dataclass(frozen=True)
class Talk:
    """What is known of a conversation with a turn in it."""

    name: str
    channel: str
    client: UUID | None
    assignee: UUID | None


@dataclass(frozen=True)
class Found:
    """The turns of a report, and the conversations that they are in."""

    turns: Sequence[Turn]
    limits: Sequence[timedelta]
    talks: Mapping[UUID, Talk] = field(default_factory=dict)

    def who(self, turn: Turn) -> UUID | Literal[Else.SOMEBODY] | None:
        """Who answered, somebody else where that is no member; whose it is, while nobody did."""
        return (turn.by or Else.SOMEBODY) if turn.answered else self.talks[turn.conversation].assignee


def look(actor: Actor, chosen: Chosen, now: datetime) -> Found:
    """Four queries."""
    hours = hours_of(actor.workspace)
    found = turns(actor, _within_chosen(chosen), chosen.span.start, chosen.span.end, now, hours)
    rows = Conversation.objects.visible_to(actor).filter(pk__in={turn.conversation for turn in found})
    talks = {
        pk: Talk(name or email or phone, channel, client, assignee)
        for pk, name, email, phone, channel, client, assignee in rows.values_list(
            "pk", "contact__name", "contact__email", "contact__phone", "channel", "client", "assignee"
        )
    }
    return of_owner(Found(found, (HOUR, 4 * HOUR, hours.a_day), talks), chosen)


def _within_chosen(chosen: Chosen) -> Q:
    wanted = Q()
    if chosen.channel:
        wanted &= Q(channel=chosen.channel)
    if chosen.campaign:
        wanted &= Q(campaign=chosen.campaign)
    return wanted


def of_owner(found: Found, chosen: Chosen) -> Found:
    if chosen.owner is None and not chosen.of_nobody:
        return found
    kept = [turn for turn in found.turns if found.who(turn) == chosen.owner]
    return Found(kept, found.limits, found.talks)


FIGURES = (
    Column("turns", "Asked", Kind.NUMBER),
    Column("answered", "Answered", Kind.NUMBER),
    Column("settled", "Needed no answer", Kind.NUMBER),
    Column("waiting", "Waiting", Kind.NUMBER),
    Column("median", "Median", Kind.SECONDS),
    Column("p90", "9 in 10 within", Kind.SECONDS),
    Column("hour", "Within 1 h", Kind.SHARE),
    Column("four", "Within 4 h", Kind.SHARE),
    Column("day", "Within a working day", Kind.SHARE),
    Column("clock_median", "Median by the clock", Kind.SECONDS),
    Column("clock_p90", "9 in 10 by the clock", Kind.SECONDS),
)
NOTE = "In working hours, except where it says by the clock. A working day is as long as the workspace's hours say."
NOTHING = "Nobody wrote in this time. Choose a longer one, or take a filter out."


def figures(one: Speed) -> tuple[int | float | None, ...]:
    counted = (one.turns, one.answered, one.settled, one.waiting)
    return (*counted, whole(one.median), whole(one.p90), *one.within, whole(one.clock_median), whole(one.clock_p90))


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    now = timezone.now()
    found = look(actor, chosen, now)
    named = people.names(actor) if people.may_be_named(actor) else None
    sheets = [_all(found), _weeks(found, chosen), _channels(found)]
    if named is not None:
        sheets.append(_agents(named, found))
    if actor.only_client is None:
        sheets.append(_clients(actor, found))
    return [*sheets, _waiting(named, found)]


def _all(found: Found) -> Sheet:
    rows = [Row(("All", *figures(speed(found.turns, found.limits))))] if found.turns else []
    return Sheet("all", "First answers", (Column("what", "Turns"), *FIGURES), rows, NOTHING, note=NOTE)


def _by(found: Found, key: str, title: str, names: Sequence[tuple[Sequence[Turn], str]], chart: Chart | None) -> Sheet:
    rows = [Row((name, *figures(speed(group, found.limits)))) for group, name in names if group]
    return Sheet(
        key, title, (Column("what", title.removeprefix("By ").capitalize()), *FIGURES), rows, NOTHING, chart=chart
    )


def _bars(shape: Shape = Shape.BARS) -> Chart:
    return Chart(shape, "what", ("median", "p90"))


def _weeks(found: Found, chosen: Chosen) -> Sheet:
    groups = grouped(found.turns, lambda turn: monday(timezone.localdate(turn.began)))
    day, names = monday(chosen.span.first), []
    while day <= chosen.span.last and groups:
        names.append((groups.get(day, []), day))
        day += timedelta(days=7)
    rows = [Row((f"{date_format(day, 'j M Y')}", *figures(speed(group, found.limits)))) for group, day in names]
    columns = (Column("what", "Week from"), *FIGURES)
    return Sheet("weeks", "By week", columns, rows, NOTHING, chart=_bars(Shape.LINES))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _channels(found: Found) -> Sheet:
    groups = grouped(found.turns, lambda turn: found.talks[turn.conversation].channel)
    return _by(found, "channels", "By channel", [(groups.get(one.value, []), one.label) for one in Channel], _bars())


def _agents(named: Mapping[UUID, str], found: Found) -> Sheet:
    groups = grouped(found.turns, lambda turn: people.place(named, found.who(turn)))
    names = [(groups.get(place, []), name) for place, name in people.listed(named)]
    return _by(found, "agents", "By agent", names, _bars())


def _clients(actor: Actor, found: Found) -> Sheet:
    groups = grouped(found.turns, lambda turn: found.talks[turn.conversation].client)
    clients = list(Client.objects.visible_to(actor).order_by("name", "pk").values_list("pk", "name"))
    names = [(groups.get(pk, []), name) for pk, name in [*clients, (None, "No client")]]
    return _by(found, "clients", "By client", names, _bars())


def _waiting(named: Mapping[UUID, str] | None, found: Found) -> Sheet:
    """The longest wait first. named: None where nobody is named, and nothing is linked."""
    left = [turn for turn in found.turns if turn.ended is None]
    columns = (
        *((Column("who", "Who waits"), Column("agent", "Agent")) if named is not None else ()),
        Column("channel", "Channel"),
        Column("since", "Since", Kind.DAY),
        Column("worked", "In working hours", Kind.SECONDS),
        Column("clock", "By the clock", Kind.SECONDS),
    )
    rows = [_wait(found, turn, named) for turn in left[:WAITING_SHOWN]]
    note = f"The {WAITING_SHOWN} who wait longest, of {len(left):,}." if len(left) > WAITING_SHOWN else ""
    return Sheet("waiting", "Waiting for an answer", columns, rows, "Everybody has an answer.", note=note)


def _wait(found: Found, turn: Turn, named: Mapping[UUID, str] | None) -> Row:
    talk = found.talks[turn.conversation]
    who = () if named is None else (talk.name, people.name(named, talk.assignee))
    worked, clock = int(turn.worked.total_seconds()), int(turn.clock.total_seconds())
    cells = (*who, Channel(talk.channel).label, timezone.localdate(turn.began), worked, clock)
    return Row(cells, link=f"/inbox/{turn.conversation}" if named is not None else "")
