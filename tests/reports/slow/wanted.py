"""What people wanted and what came of it, message by message: what `reports.wanted` has the database count."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from deals.models import Deal, Stage
from inbox.models import IntentTag, Message
from reports.base import Chosen
from reports.wanted import Group, Outcome, Wanted, Worth
from tests.reports.slow.quantiles import quantile
from tests.reports.slow.turns import with_intent

K = TypeVar("K", bound=Hashable)
Maker = IntentTag.Maker


@dataclass(frozen=True)
class Said:
    """A message from a person, and what it wants. machine: what it was judged to be, empty where nothing judged it."""

    conversation: UUID
    at: datetime
    intent: str
    machine: str
    channel: str
    campaign: UUID | None
    client: UUID | None


@dataclass(frozen=True)
class Opened:
    """A deal. won: its value in minor units, None where it is not won."""

    at: datetime
    won: int | None
    currency: str


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
    of = ("conversation__channel", "conversation__campaign", "conversation__client")
    ordered = told.order_by("occurred_at", "position", "pk")
    rows = ordered.values_list("conversation", "occurred_at", "said", "machine", *of)
    return [Said(talk, at, said, machine or "", *place) for talk, at, said, machine, *place in rows]


def deals_of(actor: Actor, found: Iterable[Said]) -> dict[UUID, list[Opened]]:
    """The deals that go with these conversations. One query."""
    rows = Deal.objects.visible_to(actor).filter(conversation__in={one.conversation for one in found})
    deals: dict[UUID, list[Opened]] = defaultdict(list)
    columns = ("conversation", "created_at", "stage__kind", "value", "currency")
    for talk, at, kind, value, currency in rows.order_by("created_at", "pk").values_list(*columns):
        deals[talk].append(Opened(at, value if kind == Stage.Kind.WON else None, currency))
    return deals


def wanted(actor: Actor, chosen: Chosen) -> Wanted:
    """As `reports.wanted.wanted`. Five queries."""
    found = said_in(actor, chosen)
    begun = _grouped(first_said(actor, chosen, found), lambda one: one.intent)
    deals = deals_of(actor, found)

    def group(some: Sequence[Said], first: Sequence[Said] = ()) -> Group:
        return Group(len(some), _outcome(some, deals), _outcome(first, deals))

    intents = _grouped(found, lambda one: one.intent)
    channels = _grouped(found, lambda one: (one.channel, one.intent))
    campaigns = _grouped(found, lambda one: (one.campaign, one.intent))
    judged = _grouped((one for one in found if one.machine), lambda one: one.machine)
    return Wanted(
        intents={intent: group(some, begun.get(intent, ())) for intent, some in intents.items()},
        channels={key: group(some) for key, some in channels.items()},
        campaigns={key: group(some) for key, some in campaigns.items()},
        worth={intent: _worth(some, begun.get(intent, ()), deals) for intent, some in intents.items()},
        corrected={one: sum(each.intent != one for each in some) / len(some) for one, some in judged.items()},
    )


def wanted_by_client(actor: Actor, chosen: Chosen) -> list[tuple[UUID | None, str, int]]:
    """As `reports.wanted.wanted_by_client`. One query."""
    counted = Counter((one.client, one.intent) for one in said_in(actor, chosen))
    return [(client, intent, count) for (client, intent), count in counted.items()]


def _outcome(found: Iterable[Said], deals: Mapping[UUID, Sequence[Opened]]) -> Outcome:
    first = _first_moments(found)
    dealt = {talk: deals[talk] for talk in first if deals.get(talk)}
    won = sum(any(deal.won is not None for deal in each) for each in dealt.values())
    return Outcome(len(first), len(dealt), won, quantile(sorted(_took(first, dealt)), 0.5))


def _first_moments(found: Iterable[Said]) -> dict[UUID, datetime]:
    first: dict[UUID, datetime] = {}
    for one in found:
        first.setdefault(one.conversation, one.at)
    return first


def _took(first: Mapping[UUID, datetime], dealt: Mapping[UUID, Sequence[Opened]]) -> Iterable[float]:
    for talk, deals in dealt.items():
        after = next((deal.at for deal in deals if deal.at >= first[talk]), None)
        if after is not None:
            yield (after - first[talk]).total_seconds()


def _worth(
    found: Iterable[Said], begun: Iterable[Said], deals: Mapping[UUID, Sequence[Opened]]
) -> dict[str, Worth]:  # fmt: skip
    every, first = (_won(_first_moments(some), deals) for some in (found, begun))
    return {currency: Worth(value, first[currency]) for currency, value in every.items()}


def _won(talks: Iterable[UUID], deals: Mapping[UUID, Sequence[Opened]]) -> Counter[str]:
    values: Counter[str] = Counter()
    for deal in (deal for talk in talks for deal in deals.get(talk, ()) if deal.won is not None):
        values[deal.currency] += deal.won or 0
    return values


def _grouped(found: Iterable[Said], key: Callable[[Said], K]) -> dict[K, list[Said]]:
    groups: dict[K, list[Said]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return groups
