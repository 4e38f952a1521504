"""What made the open pipeline of one moment into that of another, deal by deal: it adds up to the difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounts.actors import Actor
from deals.models import Stage
from deals.states.models import DealState, DealStateQuerySet
from reports.base import Chosen
from reports.pipeline.scope import owned_then
from reports.pipeline.then import StageThen, stages_at


class Move(StrEnum):
    """In the order in which they are listed; the first eleven change what the pipeline is worth."""

    CREATED = "Created"
    RESTORED = "Put back on the board"
    REOPENED = "Reopened"
    RECEIVED = "Came from elsewhere"
    WON = "Won"
    LOST = "Lost"
    DELETED = "Deleted"
    HANDED_ON = "Went elsewhere"
    UP = "Value up"
    DOWN = "Value down"
    CURRENCY = "Currency changed"
    ADVANCED = "Advanced"
    SLIPPED = "Slipped back"
    PUT_OFF = "Close put off"


WITHIN = (Move.ADVANCED, Move.SLIPPED, Move.PUT_OFF)


@dataclass(frozen=True, slots=True)
class Movement:
    """amount: what it adds to the pipeline, in minor units of `currency`; 0 for one within it. value: what the deal is
    worth after it, or was before it went."""

    move: Move
    deal: UUID
    currency: str
    amount: int
    value: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _State:
    stage: StageThen
    value: int
    currency: str
    close_on: date | None
    on_board: bool

    @property
    def counts(self) -> bool:
        return self.on_board and self.stage.is_open


def between(actor: Actor, chosen: Chosen, start: datetime, end: datetime) -> Iterator[Movement]:
    """Every movement from just before `start` to just before `end`. Four queries, over what changed in between."""
    earlier, later = stages_at(actor, start), stages_at(actor, end)
    touched = DealState.objects.filter(workspace=actor.workspace, since__gte=start, since__lt=end)
    before = _states(actor, chosen, start, touched, earlier)
    after = _states(actor, chosen, end, touched, later)
    born = set(touched.filter(number=1).values_list("deal", flat=True))
    for deal in sorted(before.keys() | after.keys(), key=lambda pk: pk.int):
        yield from _of_deal(deal, before.get(deal), after.get(deal), later, is_new=deal in born)


def _states(
    actor: Actor, chosen: Chosen, moment: datetime, touched: DealStateQuerySet, stages: Mapping[UUID, StageThen]
) -> dict[UUID, _State]:
    rows = owned_then(DealState.objects.visible_to(actor).at(moment), chosen).filter(deal__in=touched.values("deal"))
    read = rows.values_list("deal", "stage", "value", "currency", "expected_close_on", "on_board")
    return {
        deal: _State(stages[stage], value, currency, close_on, on_board)
        for deal, stage, value, currency, close_on, on_board in read
    }


def _of_deal(
    deal: UUID, before: _State | None, after: _State | None, stages: Mapping[UUID, StageThen], *, is_new: bool
) -> Iterator[Movement]:
    if before is not None and before.counts and after is not None and after.counts:
        yield from _worth(deal, before, after)
        yield from _within(deal, before, after, stages)
    elif after is not None and after.counts:
        move = _came(before, is_new=is_new)
        from_stage = before.stage.name if before is not None else ""
        yield Movement(move, deal, after.currency, after.value, after.value, from_stage, after.stage.name)
    elif is_new and before is None and after is not None:
        yield from _through(deal, after)
    elif before is not None and before.counts:
        to_stage = after.stage.name if after is not None else ""
        yield Movement(_went(after), deal, before.currency, -before.value, before.value, before.stage.name, to_stage)


def _through(deal: UUID, after: _State) -> Iterator[Movement]:
    """It came and went in between: in and out again with what it is worth."""
    yield Movement(Move.CREATED, deal, after.currency, after.value, after.value, "", after.stage.name)
    yield Movement(_went(after), deal, after.currency, -after.value, after.value, "", after.stage.name)


def _came(before: _State | None, *, is_new: bool) -> Move:
    if before is None:
        return Move.CREATED if is_new else Move.RECEIVED
    return Move.REOPENED if before.on_board else Move.RESTORED


def _went(after: _State | None) -> Move:
    if after is None:
        return Move.HANDED_ON
    if not after.on_board:
        return Move.DELETED
    return Move.WON if after.stage.kind == Stage.Kind.WON else Move.LOST


def _worth(deal: UUID, before: _State, after: _State) -> Iterator[Movement]:
    names = before.stage.name, after.stage.name
    if before.currency != after.currency:
        yield Movement(Move.CURRENCY, deal, before.currency, -before.value, before.value, *names)
        yield Movement(Move.CURRENCY, deal, after.currency, after.value, after.value, *names)
    elif before.value != after.value:
        move = Move.UP if after.value > before.value else Move.DOWN
        yield Movement(move, deal, after.currency, after.value - before.value, after.value, *names)


def _within(deal: UUID, before: _State, after: _State, stages: Mapping[UUID, StageThen]) -> Iterator[Movement]:
    """What leaves the sum as it is. Which stage comes first is asked of the board at the end."""
    origin = stages.get(before.stage.pk, before.stage)
    if origin.pk != after.stage.pk:
        move = Move.ADVANCED if after.stage.position > origin.position else Move.SLIPPED
        yield Movement(move, deal, after.currency, 0, after.value, before.stage.name, after.stage.name)
    if before.close_on is not None and after.close_on is not None and after.close_on > before.close_on:
        days = (before.close_on.isoformat(), after.close_on.isoformat())
        yield Movement(Move.PUT_OFF, deal, after.currency, 0, after.value, *days)
