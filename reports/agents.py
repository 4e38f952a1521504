"""What each of the team did, and has before them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, UUIDField, When
from django.utils import timezone

from accounts.actors import Actor
from deals.models import Deal, Stage
from inbox.models import Conversation, FollowUp, Message
from reports import people
from reports.answers import Asked, By, Speed, answers
from reports.base import Chosen, Report, Takes
from reports.hours_kept import hours_of
from reports.people import Else, Place
from reports.seconds import whole
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from reports.turns import PERSON


@dataclass
class Tally:
    """Of one agent. opened, won: the deals' values in minor units, by currency."""

    handled: int = 0
    sent: int = 0
    answers: Speed | None = None
    opened: dict[str, int] = field(default_factory=dict)
    won: dict[str, int] = field(default_factory=dict)
    deals_opened: int = 0
    deals_won: int = 0
    promises_kept: int = 0
    promises_late: int = 0
    open_now: int = 0


def tally(actor: Actor, chosen: Chosen, named: Mapping[Any, str], now: datetime) -> dict[Place, Tally]:
    """Of everybody who did or has anything. Seven queries."""
    found: dict[Place, Tally] = defaultdict(Tally)
    _answered(found, actor, chosen, named, now)
    deals = Deal.objects.visible_to(actor)
    won = deals.filter(stage__kind=Stage.Kind.WON, closed_at__gte=chosen.span.start, closed_at__lt=chosen.span.end)
    opened = deals.filter(created_at__gte=chosen.span.start, created_at__lt=chosen.span.end)
    for owner, currency, count, value in _dealt(opened):
        one = found[people.place(named, owner)]
        one.deals_opened += count
        one.opened[currency] = one.opened.get(currency, 0) + value
    for owner, currency, count, value in _dealt(won):
        one = found[people.place(named, owner)]
        one.deals_won += count
        one.won[currency] = one.won.get(currency, 0) + value
    promised = FollowUp.objects.visible_to(actor).order_by()
    kept = Count("pk", filter=Q(done_at__gte=chosen.span.start, done_at__lt=chosen.span.end))
    late = Count("pk", filter=Q(done_at=None, due_at__lt=now))
    for owner, done, overdue in promised.values_list("owner").annotate(kept=kept, late=late):
        found[people.place(named, owner)].promises_kept += done
        found[people.place(named, owner)].promises_late += overdue
    talks = Conversation.objects.visible_to(actor).exclude(status=Conversation.Status.CLOSED).order_by()
    for assignee, count in talks.values_list("assignee").annotate(count=Count("pk")):
        found[people.place(named, assignee)].open_now += count
    return found


def _answered(found: dict[Place, Tally], actor: Actor, chosen: Chosen, named: Mapping[Any, str], now: datetime) -> None:
    sent = Message.objects.visible_to(actor).filter(
        direction=Message.Direction.OUTBOUND, author_kind=PERSON,
        occurred_at__gte=chosen.span.start, occurred_at__lt=chosen.span.end,
    )  # fmt: skip
    known = Case(When(author_id__in=list(named), then="author_id"), default=None, output_field=UUIDField())
    by = sent.order_by().annotate(who=known).values_list("who")
    for author, talks, count in by.annotate(talks=Count("conversation", distinct=True), count=Count("pk")):
        one = found[author or Else.SOMEBODY]
        one.handled, one.sent = talks, count
    asked = Asked(by=[By.WHO], named=list(named), only=("answered", ()))
    first = answers(actor, Q(), chosen.span, now, hours_of(actor.workspace), asked)
    for place, speed in first.people.items():
        found[place].answers = speed


def _dealt(deals: "QuerySet[Deal]") -> Iterable[tuple[Any, str, int, int]]:
    rows = deals.order_by().values_list("owner", "currency").annotate(count=Count("pk"), worth=Sum(F("value")))
    return ((owner, currency, count, int(worth)) for owner, currency, count, worth in rows)


COLUMNS = (
    Column("agent", "Agent"),
    Column("handled", "Conversations handled", Kind.NUMBER),
    Column("sent", "Answers sent", Kind.NUMBER),
    Column("first", "First answers", Kind.NUMBER),
    Column("median", "Median first answer", Kind.SECONDS),
    Column("p90", "9 in 10 within", Kind.SECONDS),
    Column("opened", "Deals opened", Kind.NUMBER),
    Column("won", "Deals won", Kind.NUMBER),
    Column("kept", "Follow-ups done", Kind.NUMBER),
    Column("late", "Follow-ups overdue", Kind.NUMBER),
    Column("open", "Open now", Kind.NUMBER),
)
NOTE = (
    "First answers in working hours. Deals count for their owner of today; overdue follow-ups and open conversations "
    "are those of this moment."
)
NOTHING = "Nobody answered, owns or promised anything in this time. Choose a longer one."


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    named = people.names(actor)
    found = tally(actor, chosen, named, timezone.now())
    listed = [(name, found[place]) for place, name in people.listed(named) if place in found]
    return [_work(listed), _values(listed)]


def _work(listed: Sequence[tuple[str, Tally]]) -> Sheet:
    rows = [Row((name, *_figures(one))) for name, one in listed]
    chart = Chart(Shape.BARS, "agent", ("sent", "handled"))
    return Sheet("work", "What each did", COLUMNS, rows, NOTHING, note=NOTE, chart=chart)


def _figures(one: Tally) -> tuple[int | None, ...]:
    first = one.answers
    speed = (first.answered, whole(first.median), whole(first.p90)) if first else (0, None, None)
    promises = (one.promises_kept, one.promises_late)
    return (one.handled, one.sent, *speed, one.deals_opened, one.deals_won, *promises, one.open_now)


def _values(listed: Sequence[tuple[str, Tally]]) -> Sheet:
    rows = [
        Row((name, currency, one.opened.get(currency, 0), one.won.get(currency, 0)), currency=currency)
        for name, one in listed
        for currency in sorted({*one.opened, *one.won})
    ]
    columns = (
        COLUMNS[0], Column("currency", "Currency"), Column("opened", "Value opened", Kind.MONEY),
        Column("won", "Value won", Kind.MONEY),
    )  # fmt: skip
    nothing = "No deal was opened or won in this time."
    return Sheet(
        "values", "Value of deals", columns, rows, nothing, chart=Chart(Shape.BARS, "agent", ("opened", "won"))
    )


AGENTS = Report(
    key="agents",
    title="Agents",
    says="Who answered how much and how fast, what they opened and won, and what waits for them.",
    group="Team and clients",
    takes=frozenset({Takes.SPAN}),
    answer=answer,
    span="30d",
    names_team=True,
)
