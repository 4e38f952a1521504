"""Each client's numbers side by side. Whoever sees one client finds that one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.actors import Actor
from clients.models import Client
from contacts.models import Contact
from deals.models import Deal, Stage
from inbox.intents.labels import Intent
from inbox.models import Conversation, Message
from reports.base import Chosen
from reports.hours_kept import hours_of
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from tests.reports.slow.intents import NAMES, said_in
from tests.reports.slow.quantiles import whole
from tests.reports.slow.speed import Speed, grouped, speed
from tests.reports.slow.turns import turns

Place: TypeAlias = UUID | None


@dataclass
class Money:
    """Minor units of one currency. weighted: by the stages' probabilities, whole units cut as on the board."""

    open: int = 0
    weighted: int = 0
    won: int = 0


@dataclass
class Tally:
    new_contacts: int = 0
    talks: int = 0
    our_turn: int = 0
    answers: Speed | None = None
    deals_open: int = 0
    deals_won: int = 0
    money: dict[str, Money] = field(default_factory=lambda: defaultdict(Money))
    intents: dict[str, int] = field(default_factory=dict)


def tally(actor: Actor, chosen: Chosen, now: datetime) -> dict[Place, Tally]:
    """Of every client that there is anything of, and of the workspace itself under None. Nine queries."""
    found: dict[Place, Tally] = defaultdict(Tally)
    span = chosen.span
    new = Contact.objects.visible_to(actor).filter(created_at__gte=span.start, created_at__lt=span.end)
    for client, count in _counted(new):
        found[client].new_contacts = count
    said = Message.objects.visible_to(actor).filter(occurred_at__gte=span.start, occurred_at__lt=span.end)
    for client, count in _counted(said, "conversation"):
        found[client].talks = count
    ours = Q(turn=Conversation.Turn.OURS, status=Conversation.Status.ACTIVE)
    for client, count in _counted(Conversation.objects.visible_to(actor).filter(ours)):
        found[client].our_turn = count
    _dealt(found, actor, chosen)
    _talked(found, actor, chosen, now)
    return found


def _counted(rows: "QuerySet[Any]", what: str = "pk") -> "QuerySet[Any, Any]":
    counted: QuerySet[Any, Any] = rows.order_by().values_list("client").annotate(count=Count(what, distinct=True))
    return counted


def _dealt(found: dict[Place, Tally], actor: Actor, chosen: Chosen) -> None:
    is_open = Q(stage__kind=Stage.Kind.OPEN)
    is_won = Q(stage__kind=Stage.Kind.WON, closed_at__gte=chosen.span.start, closed_at__lt=chosen.span.end)
    deals = Deal.objects.visible_to(actor).filter(is_open | is_won).order_by()
    rows = deals.values_list("client", "currency").annotate(
        open_count=Count("pk", filter=is_open), won_count=Count("pk", filter=is_won),
        open_value=Sum("value", filter=is_open), won_value=Sum("value", filter=is_won),
        weighted=Sum(F("value") * F("stage__probability"), filter=is_open),
    )  # fmt: skip
    for client, currency, open_count, won_count, open_value, won_value, weighted in rows:
        one = found[client]
        one.deals_open += open_count
        one.deals_won += won_count
        one.money[currency] = Money(int(open_value or 0), int(weighted or 0) // 100, int(won_value or 0))


def _talked(found: dict[Place, Tally], actor: Actor, chosen: Chosen, now: datetime) -> None:
    every = turns(actor, Q(), chosen.span.start, chosen.span.end, now, hours_of(actor.workspace))
    said = said_in(actor, chosen)
    talks = {turn.conversation for turn in every} | {one.conversation for one in said}
    whose = dict(Conversation.objects.visible_to(actor).filter(pk__in=talks).values_list("pk", "client"))
    for client, group in grouped(every, lambda turn: whose[turn.conversation]).items():
        found[client].answers = speed(group, ())
    for one in said:
        intents = found[whose[one.conversation]].intents
        intents[one.intent] = intents.get(one.intent, 0) + 1


CLIENT = Column("client", "Client")
COLUMNS = (
    CLIENT,
    Column("new", "New contacts", Kind.NUMBER),
    Column("talks", "Conversations", Kind.NUMBER),
    Column("turn", "Our turn now", Kind.NUMBER),
    Column("answered", "First answers", Kind.NUMBER),
    Column("median", "Median first answer", Kind.SECONDS),
    Column("p90", "9 in 10 within", Kind.SECONDS),
    Column("open", "Open deals now", Kind.NUMBER),
    Column("won", "Deals won", Kind.NUMBER),
)
NOTE = "Conversations with a message in this time; first answers in working hours; open deals are those of this moment."
NOTHING = "There is no client that you see. Add one under Clients."


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    found = tally(actor, chosen, timezone.now())
    clients: list[tuple[Place, str]] = list(
        Client.objects.visible_to(actor).order_by("name", "pk").values_list("pk", "name")
    )
    if actor.clients is None and None in found:
        clients.append((None, "No client"))
    listed = [(name, found.get(place) or Tally()) for place, name in clients]
    return [_numbers(listed), _money(listed), _intents(listed)]


def _numbers(listed: Sequence[tuple[str, Tally]]) -> Sheet:
    rows = [Row((name, *_figures(one))) for name, one in listed]
    chart = Chart(Shape.BARS, "client", ("talks", "new"))
    return Sheet("numbers", "Clients", COLUMNS, rows, NOTHING, note=NOTE, chart=chart)


def _figures(one: Tally) -> tuple[int | None, ...]:
    first = one.answers
    speed = (first.answered, whole(first.median), whole(first.p90)) if first else (0, None, None)
    return (one.new_contacts, one.talks, one.our_turn, *speed, one.deals_open, one.deals_won)


def _money(listed: Sequence[tuple[str, Tally]]) -> Sheet:
    rows = [
        Row((name, currency, worth.open, worth.weighted, worth.won), currency=currency)
        for name, one in listed
        for currency, worth in sorted(one.money.items())
    ]
    columns = (
        CLIENT, Column("currency", "Currency"), Column("open", "Open", Kind.MONEY),
        Column("weighted", "Weighted", Kind.MONEY), Column("won", "Won", Kind.MONEY),
    )  # fmt: skip
    chart = Chart(Shape.BARS, "client", ("open", "weighted", "won"))
    note = "Open and weighted by the stages' probabilities as of now; won in this time."
    return Sheet("money", "Value of deals", columns, rows, "No deal is open, and none was won.", note=note, chart=chart)


def _intents(listed: Sequence[tuple[str, Tally]]) -> Sheet:
    columns = (CLIENT, *(Column(one.value, NAMES[one], Kind.NUMBER) for one in Intent))
    rows = [Row((name, *(one.intents.get(intent, 0) for intent in Intent))) for name, one in listed if one.intents]
    chart = Chart(Shape.BARS, "client", tuple(one.value for one in Intent), stacked=True)
    return Sheet("intents", "What their people wanted", columns, rows, "No message has an intent.", chart=chart)
