"""The board as it stood at the end of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.actors import Actor
from deals.states.models import DealStateQuerySet
from reports.base import Chosen, Report, Takes
from reports.lazy import Lazy
from reports.people import may_be_named
from reports.pipeline.then import StageThen, SumThen, stages_at, standing, sums
from reports.pipeline.titles import titles
from reports.sheets import Column, Kind, Row, Sheet
from reports.spans import end_of

CARDS = 15
THE_TITLE = "; a deal bears the title it has now"
NOTHING = "No deal was on the board at the end of this day. Choose a later one."


@dataclass(frozen=True)
class CardThen:
    """title: empty where nobody is named. link: empty for a deal that is not on the board any more."""

    title: str
    link: str
    value: int
    currency: str


@dataclass
class ColumnThen:
    """rest: how many cards it had beside those that are shown, which are the ones worth most."""

    stage: StageThen
    sums: list[SumThen] = field(default_factory=list)
    cards: list[CardThen] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(one.deals for one in self.sums)

    @property
    def rest(self) -> int:
        return self.count - len(self.cards)


def columns(actor: Actor, chosen: Chosen) -> list[ColumnThen]:
    """The columns there were, and those that held deals all the same: four queries."""
    moment = end_of(chosen.on)
    stages, states = stages_at(actor, moment), standing(actor, chosen, moment)
    by_stage = {pk: ColumnThen(stage) for pk, stage in stages.items()}
    for one in sums(states, stages):
        by_stage[one.stage.pk].sums.append(one)
    ranked = states.annotate(
        rank=Window(RowNumber(), partition_by=F("stage"), order_by=[F("value").desc(), F("deal")])
    ).filter(rank__lte=CARDS)
    kept = list(ranked.order_by("stage", "rank").values_list("stage", "deal", "value", "currency"))
    name = titles(actor, [deal for _, deal, _, _ in kept])
    for stage, deal, value, currency in kept:
        by_stage[stage].cards.append(CardThen(*name(deal), value, currency))
    there = [one for one in by_stage.values() if one.stage.on_board or one.sums]
    return sorted(there, key=lambda one: (one.stage.position, one.stage.name))


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    moment = end_of(chosen.on)
    stages = stages_at(actor, moment)
    states = standing(actor, chosen, moment)
    found = sums(states, stages)
    return [_sums(found), _deals(actor, states, stages, sum(one.deals for one in found))]


def _sums(found: Sequence[SumThen]) -> Sheet:
    return Sheet(
        "stages",
        "Columns",
        (
            Column("stage", "Stage"),
            Column("deals", "Deals", Kind.NUMBER),
            Column("value", "Value", Kind.MONEY),
            Column("weighted", "Weighted", Kind.MONEY),
        ),
        [Row((one.stage.name, one.deals, one.value, one.weighted), currency=one.currency) for one in found],
        empty=NOTHING,
        note="Weighted: by the chances that the stages gave on that day.",
    )


def _deals(actor: Actor, states: DealStateQuerySet, stages: Mapping[UUID, StageThen], count: int) -> Sheet:
    named = may_be_named(actor)
    rows = states.order_by("-value", "deal").values_list("deal", "stage", "value", "currency", "expected_close_on")

    def made(found: Sequence[tuple[UUID, UUID, int, str, date | None]]) -> list[Row]:
        name = titles(actor, [deal for deal, *_ in found])
        lines = []
        for deal, stage, value, currency, close_on in found:
            title, link = name(deal)
            cells = (stages[stage].name, value, close_on)
            lines.append(Row((title, *cells) if named else cells, currency=currency, link=link))
        return lines

    return Sheet(
        "deals",
        "Deals",
        (
            *((Column("deal", "Deal"),) if named else ()),
            Column("stage", "Stage"),
            Column("value", "Value", Kind.MONEY),
            Column("close", "Expected close", Kind.DAY),
        ),
        Lazy(rows, made, length=count),
        empty=NOTHING,
        note=f"Stage, value and expected close are those of that day{THE_TITLE if named else ''}.",
    )


BOARD = Report(
    key="board",
    title="Board of a day",
    says="The board as it stood at the end of a past day: its columns, their sums and the deals in them.",
    group="Pipeline",
    takes=frozenset({Takes.ON, Takes.OWNER}),
    answer=answer,
    above="reports/_board_then.html",
    shows=lambda actor, chosen: {"columns": columns(actor, chosen)},
)
