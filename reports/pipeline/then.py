"""The stages and the deals of the board as they stood at a moment of the past."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import Count, Sum

from accounts.actors import Actor
from deals.models import Stage
from deals.states.models import DealState, DealStateQuerySet, StageState
from reports.base import Chosen
from reports.pipeline.scope import owned_then

# A board is laid out stage by stage, in one go.
LAID_OUT_IN = timedelta(minutes=1)


@dataclass(frozen=True)
class StageThen:
    """on_board: it was one of the columns."""

    pk: UUID
    name: str
    kind: str
    position: int
    probability: int
    on_board: bool

    @property
    def is_open(self) -> bool:
        return self.kind == Stage.Kind.OPEN


@dataclass(frozen=True)
class SumThen:
    """Of one stage and one currency; value and weighted in its minor units."""

    stage: StageThen
    currency: str
    deals: int
    value: int
    weighted: int


def stages_at(actor: Actor, moment: datetime) -> dict[UUID, StageThen]:
    """Every stage there ever was, as it was just before `moment`. One that came later is as it was at first, and not on
    the board; before the board was laid out at all, it is as it was laid out: deals may be told from before that."""
    states = list(StageState.objects.of_board(actor))
    if not states:
        return {}
    moment = max(moment, min(state.since for state in states) + LAID_OUT_IN)
    by_stage = groupby(states, key=lambda state: state.stage_id)
    return {pk: _then(pk, list(group), moment) for pk, group in by_stage}


def _then(pk: UUID, states: Sequence[StageState], moment: datetime) -> StageThen:
    known = [state for state in states if state.since < moment]
    state = (known or states)[-1 if known else 0]
    on_board = bool(known) and state.on_board
    return StageThen(pk, state.name, state.kind, state.position, state.probability, on_board)


def standing(actor: Actor, chosen: Chosen, moment: datetime) -> DealStateQuerySet:
    """The deals on the board just before `moment`, as they stood."""
    return owned_then(DealState.objects.visible_to(actor).at(moment).filter(on_board=True), chosen)


def sums(states: DealStateQuerySet, stages: Mapping[UUID, StageThen]) -> list[SumThen]:
    """For each stage and currency, in the order of the board. One query."""
    grouped = states.order_by().values("stage", "currency").annotate(deals=Count("pk"), total=Sum("value"))
    found = [_sum(stages[row["stage"]], row["currency"], row["deals"], int(row["total"])) for row in grouped]
    return sorted(found, key=lambda one: (one.stage.position, one.stage.name, one.currency))


def open_totals(found: Iterable[SumThen]) -> dict[str, int]:
    """What stood in the open stages together, by currency."""
    totals: dict[str, int] = {}
    for one in found:
        if one.stage.is_open:
            totals[one.currency] = totals.get(one.currency, 0) + one.value
    return totals


def _sum(stage: StageThen, currency: str, deals: int, value: int) -> SumThen:
    return SumThen(stage, currency, deals, value, value * stage.probability // 100)
