"""How long people wait for our first answer, on the clock and in working hours."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actors import Actor
from clients.models import Client
from inbox.channels import Channel
from inbox.models import Conversation
from reports import people
from reports.answers import Answers, Asked, By, Speed, Wait, answers
from reports.base import Chosen, Report, Takes
from reports.hours_kept import hours_of
from reports.seconds import whole
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from reports.spans import Span, begin_of

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
WAITING_SHOWN = 50
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Found:
    """names: what the people who wait longest are called, by conversation."""

    answers: Answers
    names: Mapping[UUID, str] = field(default_factory=dict)


def look(actor: Actor, chosen: Chosen, now: datetime, named: Mapping[UUID, str]) -> Found:
    """Three queries."""
    hours = hours_of(actor.workspace)
    asked = Asked(
        by=list(By),
        begins=[begin_of(day) for day in weeks(chosen.span)],
        named=list(named),
        limits=(HOUR, 4 * HOUR, hours.a_day),
        only=_of_owner(chosen),
        waits=WAITING_SHOWN,
    )
    found = answers(actor, _within_chosen(chosen), chosen.span, now, hours, asked)
    rows = Conversation.objects.visible_to(actor).filter(pk__in=[wait.conversation for wait in found.waits])
    columns = ("pk", "contact__name", "contact__email", "contact__phone")
    names = {pk: name or email or phone for pk, name, email, phone in rows.values_list(*columns)}
    return Found(found, names)


def weeks(span: Span) -> list[date]:
    """The Mondays of the weeks that it has days of."""
    first = monday(span.first)
    return [first + number * WEEK for number in range((span.last - first) // WEEK + 1)]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _within_chosen(chosen: Chosen) -> Q:
    wanted = Q()
    if chosen.channel:
        wanted &= Q(channel=chosen.channel)
    if chosen.campaign:
        wanted &= Q(campaign=chosen.campaign)
    return wanted


def _of_owner(chosen: Chosen) -> tuple[str, Sequence[Any]]:
    """Whoever answered, and whose it is while nobody did. An answer has always come from somebody."""
    if chosen.of_nobody:
        return "person IS NULL AND NOT answered", ()
    return ("person = %s", [chosen.owner]) if chosen.owner else ("true", ())


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


NONE = Speed(0, 0, 0, 0, None, None, None, None, (None,) * 3)


def figures(one: Speed) -> tuple[int | float | None, ...]:
    counted = (one.turns, one.answered, one.settled, one.waiting)
    return (*counted, whole(one.median), whole(one.p90), *one.within, whole(one.clock_median), whole(one.clock_p90))


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    named = people.names(actor) if people.may_be_named(actor) else None
    found = look(actor, chosen, timezone.now(), named or {})
    sheets = [_all(found), _weeks(found, chosen), _channels(found)]
    if named is not None:
        sheets.append(_agents(named, found))
    if actor.only_client is None:
        sheets.append(_clients(actor, found))
    return [*sheets, _waiting(named, found)]


def _all(found: Found) -> Sheet:
    rows = [Row(("All", *figures(found.answers.all)))] if found.answers.all else []
    return Sheet("all", "First answers", (Column("what", "Turns"), *FIGURES), rows, NOTHING, note=NOTE)


def _by(key: str, title: str, speeds: Mapping[K, Speed], names: Iterable[tuple[K, str]]) -> Sheet:
    rows = [Row((name, *figures(speeds[place]))) for place, name in names if place in speeds]
    columns = (Column("what", title.removeprefix("By ").capitalize()), *FIGURES)
    return Sheet(key, title, columns, rows, NOTHING, chart=_bars())


def _bars(shape: Shape = Shape.BARS) -> Chart:
    return Chart(shape, "what", ("median", "p90"))


def _weeks(found: Found, chosen: Chosen) -> Sheet:
    speeds = found.answers.weeks
    rows = [
        Row((date_format(day, "j M Y"), *figures(speeds.get(number, NONE))))
        for number, day in enumerate(weeks(chosen.span), 1)
        if speeds
    ]
    columns = (Column("what", "Week from"), *FIGURES)
    return Sheet("weeks", "By week", columns, rows, NOTHING, chart=_bars(Shape.LINES))


def _channels(found: Found) -> Sheet:
    return _by("channels", "By channel", found.answers.channels, [(one.value, one.label) for one in Channel])


def _agents(named: Mapping[UUID, str], found: Found) -> Sheet:
    return _by("agents", "By agent", found.answers.people, people.listed(named))


def _clients(actor: Actor, found: Found) -> Sheet:
    clients: list[tuple[UUID | None, str]] = list(
        Client.objects.visible_to(actor).order_by("name", "pk").values_list("pk", "name")
    )
    return _by("clients", "By client", found.answers.clients, [*clients, (None, "No client")])


def _waiting(named: Mapping[UUID, str] | None, found: Found) -> Sheet:
    """The longest wait first. named: None where nobody is named, and nothing is linked."""
    left = found.answers.all.waiting if found.answers.all else 0
    columns = (
        *((Column("who", "Who waits"), Column("agent", "Agent")) if named is not None else ()),
        Column("channel", "Channel"),
        Column("since", "Since", Kind.DAY),
        Column("worked", "In working hours", Kind.SECONDS),
        Column("clock", "By the clock", Kind.SECONDS),
    )
    rows = [_wait(found, one, named) for one in found.answers.waits]
    note = f"The {WAITING_SHOWN} who wait longest, of {left:,}." if left > WAITING_SHOWN else ""
    return Sheet("waiting", "Waiting for an answer", columns, rows, "Everybody has an answer.", note=note)


def _wait(found: Found, one: Wait, named: Mapping[UUID, str] | None) -> Row:
    who = () if named is None else (found.names[one.conversation], people.name(named, one.assignee))
    cells = (*who, Channel(one.channel).label, timezone.localdate(one.began), int(one.worked), int(one.clock))
    return Row(cells, link=f"/inbox/{one.conversation}" if named is not None else "")


SPEED = Report(
    key="speed",
    title="Speed of first answer",
    says="How long people wait for our first answer, and who waits now.",
    group="Conversations",
    takes=frozenset({Takes.SPAN, Takes.OWNER, Takes.CHANNEL, Takes.CAMPAIGN}),
    answer=answer,
    span="30d",
)
