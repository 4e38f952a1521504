"""What the board shows: its columns with their sums, the cards in them, one deal with its history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from accounts.actors import Actor
from accounts.models import Membership, Role
from contacts.models import Contact
from deals.health import with_health
from deals.models import Deal, DealQuerySet, Stage, StageChange
from deals.stages import lay_out

CARDS = 50


@dataclass(frozen=True)
class Total:
    """Sums of one currency in its minor units; `weighted` by the probability of the deals' stages."""

    currency: str
    value: int
    weighted: int


@dataclass(frozen=True)
class Sums:
    """Of everything the filter lets through, whatever is shown of it."""

    count: int = 0
    totals: Sequence[Total] = ()


@dataclass(frozen=True)
class Column:
    stage: Stage
    sums: Sums
    cards: Sequence[Deal] = field(default=())
    rest: int = 0

    @property
    def more(self) -> int | None:
        """The place to go on from, where there are further cards."""
        return self.cards[-1].place if self.rest else None


def board(actor: Actor, rows: DealQuerySet, now: datetime) -> list[Column]:
    """Every column with its first cards: one query for the sums, one for the stages, one for each column's cards."""
    return [_filled(rows, column, now) for column in heads(actor, rows)]


def heads(actor: Actor, rows: DealQuerySet) -> list[Column]:
    """The columns without their cards."""
    sums = _sums(rows)
    return [Column(stage, sums.get(stage.pk, Sums())) for stage in lay_out(actor.workspace)]


def _filled(rows: DealQuerySet, column: Column, now: datetime) -> Column:
    found = cards(rows, column.stage, now)
    return Column(column.stage, column.sums, found, column.sums.count - len(found))


def column(rows: DealQuerySet, stage: Stage, now: datetime, *, below: int) -> Column:
    """The next cards of a column, those below the place `below`."""
    found = cards(rows, stage, now, below=below)
    left = 0
    if found:
        left = rows.filter(stage=stage, place__gt=found[-1].place)[:1].count()
    return Column(stage, Sums(), found, left)


def cards(rows: DealQuerySet, stage: Stage, now: datetime, *, below: int | None = None) -> list[Deal]:
    there = with_health(rows.filter(stage=stage), now)
    if below is not None:
        there = there.filter(place__gt=below)
    return list(_as_shown(there).order_by("place")[:CARDS])


def card(actor: Actor, pk: UUID, now: datetime) -> "QuerySet[Deal]":
    return _as_shown(with_health(Deal.objects.visible_to(actor), now)).filter(pk=pk)


def _as_shown(rows: "QuerySet[Deal]") -> "QuerySet[Deal]":
    return rows.select_related("stage", "contact", "client", "owner__user", "conversation")


def above(rows: DealQuerySet, deal: Deal) -> Deal | None:
    """The card that `deal` stands below, among `rows`."""
    return rows.filter(stage=deal.stage_id, place__lt=deal.place).only("pk").order_by("-place").first()


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
    return Sums(sum(row["deals"] for row in rows), totals)


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


def history(deal: Deal) -> list[StageChange]:
    """Its steps, newest first."""
    return list(
        StageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage").order_by("-changed_at", "-id")
    )


def owners(actor: Actor) -> list[Membership]:
    """Who may own deals."""
    members = Membership.objects.filter(workspace=actor.workspace, is_active=True).exclude(role=Role.VIEWER)
    return list(members.select_related("user").order_by("user__name"))


def of_contact(actor: Actor, contact: Contact) -> list[Deal]:
    rows: QuerySet[Deal] = Deal.objects.visible_to(actor).filter(contact=contact)
    return list(rows.select_related("stage").order_by("-created_at"))
