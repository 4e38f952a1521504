"""What people wanted, where they came from, and what came of it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from clients.models import Campaign
from deals.models import Deal, Stage
from inbox.channels import Channel
from inbox.intents.labels import Intent
from inbox.models import IntentTag, Message
from reports.base import Chosen
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from tests.reports.slow.quantiles import quantile, whole
from tests.reports.slow.turns import with_intent

K = TypeVar("K", bound=Hashable)
Maker = IntentTag.Maker
NAMES = {intent.value: intent.value.replace("_", " ").capitalize() for intent in Intent}


@dataclass(frozen=True)
class Said:
    """A message from a person, and what it wants. machine: what it was judged to be, empty where nothing judged it."""

    conversation: UUID
    at: datetime
    intent: str
    machine: str
    channel: str
    campaign: UUID | None


@dataclass(frozen=True)
class Opened:
    """A deal. won: its value in minor units, None where it is not won."""

    at: datetime
    won: int | None
    currency: str


@dataclass(frozen=True)
class Outcome:
    """Of the messages with one intent. conversations: in how many they stand; dealt, won: with how many of these a deal
    goes, a won one. median: seconds from the first such message to the first deal after it. corrected: the share of
    those judged to be so that a person took for something else."""

    messages: int
    conversations: int
    dealt: int
    won: int
    median: float | None
    values: Mapping[str, int]


def said_in(actor: Actor, chosen: Chosen) -> list[Said]:
    """What was said in the chosen time and is tagged, the oldest first. One query."""
    span = Q(occurred_at__gte=chosen.span.start, occurred_at__lt=chosen.span.end)
    return _said(_inbound(actor, chosen).filter(span))


def first_said(actor: Actor, chosen: Chosen, found: Iterable[Said]) -> list[Said]:
    """The first tagged message of each conversation, where it was said in the chosen time. One query."""
    rows = _inbound(actor, chosen).filter(conversation__in={one.conversation for one in found})
    before = rows.filter(occurred_at__lt=chosen.span.start, intent_tags__isnull=False)
    known = set(before.values_list("conversation", flat=True).distinct())
    first: dict[UUID, Said] = {}
    for one in found:
        if one.conversation not in known:
            first.setdefault(one.conversation, one)
    return list(first.values())


def _inbound(actor: Actor, chosen: Chosen) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Message.objects.visible_to(actor).filter(direction=Message.Direction.INBOUND)
    if chosen.channel:
        rows = rows.filter(conversation__channel=chosen.channel)
    return rows.filter(conversation__campaign=chosen.campaign) if chosen.campaign else rows


def _said(rows: "QuerySet[Any]") -> list[Said]:
    tags = IntentTag.objects.filter(message=OuterRef("pk"))
    judged = tags.exclude(made_by=Maker.PERSON).order_by("-created_at", "-id")
    # that it has a tag is asked by itself: asked as “said is not empty”, the database works each intent out twice
    told = with_intent(rows.filter(Exists(tags))).annotate(machine=Subquery(judged.values("intent")[:1]))
    columns = ("conversation", "occurred_at", "said", "machine", "conversation__channel", "conversation__campaign")
    ordered = told.order_by("occurred_at", "position", "pk").values_list(*columns)
    return [
        Said(talk, at, said, machine or "", channel, campaign) for talk, at, said, machine, channel, campaign in ordered
    ]


def deals_of(actor: Actor, found: Iterable[Said]) -> dict[UUID, list[Opened]]:
    """The deals that go with these conversations. One query."""
    rows = Deal.objects.visible_to(actor).filter(conversation__in={one.conversation for one in found})
    deals: dict[UUID, list[Opened]] = defaultdict(list)
    columns = ("conversation", "created_at", "stage__kind", "value", "currency")
    for talk, at, kind, value, currency in rows.order_by("created_at", "pk").values_list(*columns):
        deals[talk].append(Opened(at, value if kind == Stage.Kind.WON else None, currency))
    return deals


def outcome(found: Sequence[Said], deals: Mapping[UUID, Sequence[Opened]]) -> Outcome:
    first: dict[UUID, datetime] = {}
    for one in found:
        first.setdefault(one.conversation, one.at)
    dealt = {talk: deals[talk] for talk in first if deals.get(talk)}
    won = [deal for each in dealt.values() for deal in each if deal.won is not None]
    values: dict[str, int] = defaultdict(int)
    for deal in won:
        values[deal.currency] += deal.won or 0
    return Outcome(
        messages=len(found),
        conversations=len(first),
        dealt=len(dealt),
        won=sum(any(deal.won is not None for deal in each) for each in dealt.values()),
        median=quantile(sorted(_took(first, dealt)), 0.5),
        values=dict(sorted(values.items())),
    )


def _took(first: Mapping[UUID, datetime], dealt: Mapping[UUID, Sequence[Opened]]) -> Iterable[float]:
    for talk, deals in dealt.items():
        after = next((deal.at for deal in deals if deal.at >= first[talk]), None)
        if after is not None:
            yield (after - first[talk]).total_seconds()


def corrected(found: Iterable[Said], intent: str) -> float | None:
    judged = [one.intent != intent for one in found if one.machine == intent]
    return sum(judged) / len(judged) if judged else None


def grouped(found: Iterable[Said], key: Callable[[Said], K]) -> dict[K, list[Said]]:
    groups: dict[K, list[Said]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return groups


INTENT = Column("intent", "Intent")
FIGURES = (
    Column("messages", "Messages", Kind.NUMBER),
    Column("conversations", "Conversations", Kind.NUMBER),
    Column("dealt", "With a deal", Kind.NUMBER),
    Column("won", "Won", Kind.NUMBER),
    Column("dealt_share", "Become deals", Kind.SHARE),
    Column("won_share", "Are won", Kind.SHARE),
    Column("took", "Median time to the deal", Kind.SECONDS),
)
CORRECTED = Column("corrected", "Corrected", Kind.SHARE)
NOTHING = "No message of this time has an intent. Choose a longer time, or take a filter out."
ANY_NOTE = (
    "A conversation counts under each intent that it had in this time. Corrected: how often a person took another than "
    "the one that was found."
)
FIRST_NOTE = "A conversation counts once, under what its very first message wanted."


def figures(one: Outcome) -> tuple[int | float | None, ...]:
    share = one.conversations or None
    counted = (one.messages, one.conversations, one.dealt, one.won)
    return (*counted, share and one.dealt / share, share and one.won / share, whole(one.median))


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    found = said_in(actor, chosen)
    first, deals = first_said(actor, chosen, found), deals_of(actor, found)
    names = dict(Campaign.objects.visible_to(actor).order_by("name", "pk").values_list("pk", "name"))
    channels = {one.value: one.label for one in Channel}
    return [
        _any(found, deals),
        _first(first, deals),
        _values(found, first, deals),
        _across("channels", "By channel", found, deals, lambda one: one.channel, channels),
        _across("campaigns", "By campaign", found, deals, lambda one: one.campaign, {**names, None: "No campaign"}),
    ]


def _any(found: Sequence[Said], deals: Mapping[UUID, Sequence[Opened]]) -> Sheet:
    groups = grouped(found, lambda one: one.intent)
    rows = [
        Row((NAMES[intent], *figures(outcome(groups.get(intent, []), deals)), corrected(found, intent)))
        for intent in Intent
    ]
    chart = Chart(Shape.BARS, "intent", ("conversations", "dealt", "won"))
    columns = (INTENT, *FIGURES, CORRECTED)
    return Sheet("any", "What people wanted", columns, rows if found else [], NOTHING, note=ANY_NOTE, chart=chart)


def _first(first: Sequence[Said], deals: Mapping[UUID, Sequence[Opened]]) -> Sheet:
    groups = grouped(first, lambda one: one.intent)
    columns = (INTENT, *FIGURES[1:])
    rows = [Row((NAMES[intent], *figures(outcome(groups.get(intent, []), deals))[1:])) for intent in Intent]
    chart = Chart(Shape.BARS, "intent", ("dealt_share", "won_share"))
    return Sheet("first", "How conversations began", columns, rows if first else [], NOTHING, FIRST_NOTE, chart)


def _values(found: Sequence[Said], first: Sequence[Said], deals: Mapping[UUID, Sequence[Opened]]) -> Sheet:
    every, begun = (grouped(some, lambda one: one.intent) for some in (found, first))
    rows = []
    for intent in Intent:
        any_won, first_won = (outcome(groups.get(intent, []), deals).values for groups in (every, begun))
        for currency, value in any_won.items():
            rows.append(Row((NAMES[intent], currency, value, first_won.get(currency, 0)), currency=currency))
    columns = (
        INTENT, Column("currency", "Currency"), Column("won", "Won, with this intent at any time", Kind.MONEY),
        Column("first_won", "Won, begun with it", Kind.MONEY),
    )  # fmt: skip
    chart = Chart(Shape.BARS, "intent", ("won", "first_won"))
    return Sheet(
        "values", "Value won", columns, rows, "None of these conversations has a deal that is won.", chart=chart
    )


def _across(
    key: str, title: str, found: Sequence[Said], deals: Mapping[UUID, Sequence[Opened]], of: Callable[[Said], K],
    names: Mapping[K, str],
) -> Sheet:  # fmt: skip
    groups = grouped(found, lambda one: (of(one), one.intent))
    rows = [
        Row((name, NAMES[intent], *figures(outcome(group, deals))))
        for place, name in names.items()
        for intent in Intent
        if (group := groups.get((place, intent.value)))
    ]
    columns = (Column("where", title.removeprefix("By ").capitalize()), INTENT, *FIGURES)
    return Sheet(key, title, columns, rows, NOTHING)
