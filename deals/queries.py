"""What the board shows: its columns with their sums, the cards in them, one deal with its history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.actors import Actor
from accounts.models import Membership, Role
from contacts.models import Contact
from crm.search import beginning_with
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


@dataclass(frozen=True)
class Narrowing:
    """Which deals the board shows. Empty: all."""

    owner: UUID | None = None
    text: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.owner or self.text)

    def rows(self, actor: Actor) -> DealQuerySet:
        rows: DealQuerySet = Deal.objects.visible_to(actor)
        if self.owner:
            rows = rows.filter(owner=self.owner)
        return _about(rows, self.text) if self.text else rows


def _about(rows: DealQuerySet, text: str) -> DealQuerySet:
    words = beginning_with(text)
    titled = Q(title__icontains=text)
    return rows.filter(titled | Q(contact__search=words)) if words else rows.filter(titled)


def board(actor: Actor, narrowing: Narrowing, now: datetime) -> list[Column]:
    """Every column with its first cards: one query for the sums, one for the stages, one for each column's cards."""
    return [_filled(actor, narrowing, column, now) for column in heads(actor, narrowing)]


def heads(actor: Actor, narrowing: Narrowing) -> list[Column]:
    """The columns without their cards."""
    sums = _sums(narrowing.rows(actor))
    return [Column(stage, sums.get(stage.pk, Sums())) for stage in lay_out(actor.workspace)]


def _filled(actor: Actor, narrowing: Narrowing, column: Column, now: datetime) -> Column:
    found = cards(actor, narrowing, column.stage, now)
    return Column(column.stage, column.sums, found, column.sums.count - len(found))


def column(actor: Actor, narrowing: Narrowing, stage: Stage, now: datetime, *, below: int) -> Column:
    """The next cards of a column, those below the place `below`."""
    found = cards(actor, narrowing, stage, now, below=below)
    left = 0
    if found:
        left = narrowing.rows(actor).filter(stage=stage, place__gt=found[-1].place)[:1].count()
    return Column(stage, Sums(), found, left)


def cards(actor: Actor, narrowing: Narrowing, stage: Stage, now: datetime, *, below: int | None = None) -> list[Deal]:
    rows = with_health(narrowing.rows(actor).filter(stage=stage), now)
    if below is not None:
        rows = rows.filter(place__gt=below)
    return list(_as_shown(rows).order_by("place")[:CARDS])


def card(actor: Actor, pk: UUID, now: datetime) -> "QuerySet[Deal]":
    return _as_shown(with_health(Deal.objects.visible_to(actor), now)).filter(pk=pk)


def _as_shown(rows: "QuerySet[Deal]") -> "QuerySet[Deal]":
    return rows.select_related("stage", "contact", "client", "owner__user", "conversation")


def above(actor: Actor, narrowing: Narrowing, deal: Deal) -> Deal | None:
    """The card that `deal` stands below, among those that the filter shows."""
    rows = narrowing.rows(actor).filter(stage=deal.stage_id, place__lt=deal.place)
    return rows.only("pk").order_by("-place").first()


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
