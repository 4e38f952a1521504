"""What the board shows: its columns with their sums, the cards in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from accounts.actors import Actor
from deals import health
from deals.models import ColumnFold, Deal, DealQuerySet, Stage
from deals.order import Order
from deals.stages import lay_out
from inbox.models import FollowUp

CARDS = 25
# Above this the page says "999+": what it costs to count stays the same however many there are.
MOST_COUNTED = 999


@dataclass(frozen=True)
class Total:
    """Sums of one currency in its minor units; `weighted` by the probability of the deals' stages."""

    currency: str
    value: int
    weighted: int


@dataclass(frozen=True)
class Sums:
    """Of everything the filter lets through, whatever is shown of it. counts: of the deals in each currency."""

    count: int = 0
    totals: Sequence[Total] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """`more`: the mark to go on from, where there are further cards. `shown`: how many are, from the top."""

    stage: Stage
    sums: Sums = field(default_factory=Sums)
    folded: bool = False
    cards: Sequence[Deal] = ()
    more: str = ""
    shown: int = 0


def board(actor: Actor, rows: DealQuerySet, order: Order, now: datetime) -> list[Column]:
    """Every column, with its first cards unless it is folded: one query for the sums, one for the stages, one for what
    is folded, one for each open column's cards."""
    return [column if column.folded else filled(rows, column, order, now) for column in heads(actor, rows)]


def heads(actor: Actor, rows: DealQuerySet) -> list[Column]:
    """The columns without their cards."""
    sums, folds = _sums(rows), _folds(actor)
    return [
        Column(stage, sums.get(stage.pk, Sums()), folds.get(stage.pk, stage.kind != Stage.Kind.OPEN))
        for stage in lay_out(actor.workspace)
    ]


def filled(
    rows: DealQuerySet, column: Column, order: Order, now: datetime, *, mark: str = "", before: int = 0
) -> Column:
    """The column with the next cards after `mark`, of which `before` are shown already."""
    there = order.sorted(health.with_health(rows.filter(stage=column.stage), now), mark)
    found = list(as_shown(there)[: CARDS + 1])
    cards = found[:CARDS]
    more = order.mark(cards[-1]) if len(found) > CARDS else ""
    return Column(column.stage, column.sums, False, cards, more, before + len(cards))


def cards(rows: DealQuerySet, pks: Iterable[UUID], order: Order, now: datetime) -> list[Deal]:
    """Those of `rows` with these ids, from the top down; `above`: the card that each stands below in the team's
    order."""
    beside = rows.order_by().filter(stage=OuterRef("stage"), place__lt=OuterRef("place")).order_by("-place")
    there = order.sorted(health.with_health(rows.filter(pk__in=list(pks)), now))
    return list(as_shown(there).annotate(above=Subquery(beside.values("pk")[:1])))


def as_shown(rows: "QuerySet[Deal]") -> "QuerySet[Deal]":
    """With what a card says, in the same query."""
    next_up = FollowUp.objects.filter(contact=OuterRef("contact"), done_at=None).order_by("due_at")
    shown: QuerySet[Deal] = rows.select_related("stage", "contact", "client", "owner__user", "conversation")
    return shown.annotate(follow_up_at=Subquery(next_up.values("due_at")[:1])).defer("search", "contact__search")


def position(rows: DealQuerySet, deal: Deal) -> int:
    """Which card of its column it is, counted from the top."""
    return rows.order_by().filter(stage=deal.stage_id, place__lte=deal.place).count()


def stalled(rows: DealQuerySet, now: datetime) -> int:
    """How many deals are silent for too long; counted no further than a person wants to know."""
    open_ones = rows.order_by().filter(stage__kind=Stage.Kind.OPEN, stage__rot_days__isnull=False)
    return health.with_health(open_ones, now).filter(health=health.STALLED)[: MOST_COUNTED + 1].count()


def open_sums(columns: Iterable[Column]) -> Sums:
    """What stands in the open columns together."""
    count, value, weighted = 0, defaultdict[str, int](int), defaultdict[str, int](int)
    for one in columns:
        if one.stage.kind == Stage.Kind.OPEN:
            count += one.sums.count
            for total in one.sums.totals:
                value[total.currency] += total.value
                weighted[total.currency] += total.weighted
    return Sums(count, [Total(currency, value[currency], weighted[currency]) for currency in sorted(value)])


def sums_of(rows: "QuerySet[Deal]") -> list[tuple[str, int]]:
    """The values of these deals, added up for each currency."""
    added = rows.order_by().values("currency").annotate(total=Sum("value")).order_by("currency")
    return [(row["currency"], int(row["total"])) for row in added]


def fold(actor: Actor, stage: Stage, *, folded: bool) -> None:
    """Remember it for this person. Nobody else sees a difference, and so no event tells of it."""
    ColumnFold.objects.update_or_create(
        workspace=actor.workspace, member=actor.membership, stage=stage, defaults={"folded": folded}
    )


def _folds(actor: Actor) -> dict[UUID, bool]:
    return dict(ColumnFold.objects.filter(member=actor.membership).values_list("stage", "folded"))


def _sums(rows: "QuerySet[Deal]") -> dict[UUID, Sums]:
    """For each stage: all in one query, in the database, in whole minor units."""
    grouped = rows.order_by().values("stage", "currency").annotate(
        deals=Count("pk"), value_sum=Sum("value"), weighted=Sum(F("value") * F("stage__probability")) / 100
    )  # fmt: skip
    by_stage: dict[UUID, list[Any]] = defaultdict(list)
    for row in grouped.order_by("currency"):
        by_stage[row["stage"]].append(row)
    return {stage: _added(group) for stage, group in by_stage.items()}


def _added(group: Iterable[Any]) -> Sums:
    rows = list(group)
    totals = [Total(row["currency"], int(row["value_sum"]), int(row["weighted"])) for row in rows]
    counts = {row["currency"]: row["deals"] for row in rows}
    return Sums(sum(counts.values()), totals, counts)
