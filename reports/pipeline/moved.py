"""What moved in the pipeline since a day, and deal by deal how it came to be what it is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from accounts.actors import Actor
from reports.base import Chosen, Report, Takes
from reports.lazy import Lazy
from reports.people import may_be_named
from reports.pipeline.movements import WITHIN, Move, Movement, between
from reports.pipeline.then import open_totals, stages_at, standing, sums
from reports.pipeline.titles import titles
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet

NOTHING = "Nothing moved in these days. Choose a longer time."


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    found = list(between(actor, chosen, chosen.span.start, chosen.span.end))
    return [_totals(actor, chosen), _causes(found), _inside(found), _deals(actor, found)]


def _totals(actor: Actor, chosen: Chosen) -> Sheet:
    span = chosen.span
    start, end = (
        open_totals(sums(standing(actor, chosen, moment), stages_at(actor, moment)))
        for moment in (span.start, span.end)
    )
    rows = [
        Row((code, start.get(code, 0), end.get(code, 0), end.get(code, 0) - start.get(code, 0)), currency=code)
        for code in sorted(start.keys() | end.keys())
    ]
    return Sheet(
        "totals",
        "The open pipeline before and after",
        (
            Column("currency", "Currency of the deals"),
            Column("before", "Before", Kind.MONEY),
            Column("after", "After", Kind.MONEY),
            Column("difference", "Difference", Kind.MONEY),
        ),
        rows,
        empty="No deal was open at either end of these days.",
        note=f"Before the first and after the last of the days {span.words}.",
    )


def _causes(found: Iterable[Movement]) -> Sheet:
    return Sheet(
        "causes",
        "What made the difference",
        (
            Column("move", "Movement"),
            Column("deals", "Deals", Kind.NUMBER),
            Column("amount", "Adds to the pipeline", Kind.MONEY),
        ),
        _grouped(found, [move for move in Move if move not in WITHIN], lambda one: one.amount),
        empty=NOTHING,
        note=(
            "The amounts of a currency add up to its difference above. A deal that came counts with what it is worth at"
            " the end, one that went with what it was worth at the beginning, one that came and went with its last"
            " value, in and out; of one that was open at both ends, only the change of its value counts."
        ),
        chart=Chart(Shape.BARS, "move", ("amount",)),
    )


def _inside(found: Iterable[Movement]) -> Sheet:
    return Sheet(
        "within",
        "What moved within it",
        (Column("move", "Movement"), Column("deals", "Deals", Kind.NUMBER), Column("value", "Value", Kind.MONEY)),
        _grouped(found, WITHIN, lambda one: one.value),
        empty=NOTHING,
        note=(
            "Deals that were open at both ends: in a later stage than before, in an earlier one, or expected to close"
            " later. This leaves the sum of the pipeline as it is."
        ),
    )


def _deals(actor: Actor, found: Sequence[Movement]) -> Sheet:
    named, order = may_be_named(actor), {move: place for place, move in enumerate(Move)}

    def made(shown: Sequence[Movement]) -> list[Row]:
        name = titles(actor, [one.deal for one in shown])
        return [_line(one, *name(one.deal), named=named) for one in shown]

    rows = sorted(found, key=lambda one: (order[one.move], one.currency, -one.value))
    return Sheet(
        "deals",
        "Every movement",
        (
            *((Column("deal", "Deal"),) if named else ()),
            Column("move", "Movement"),
            Column("from", "From"),
            Column("to", "To"),
            Column("value", "Value", Kind.MONEY),
            Column("amount", "Adds", Kind.MONEY),
        ),
        Lazy(rows, made, length=len(rows)),
        empty=NOTHING,
    )


def _line(one: Movement, title: str, link: str, *, named: bool) -> Row:
    cells = (one.move.value, one.before or None, one.after or None, one.value, one.amount)
    return Row((title, *cells) if named else cells, currency=one.currency, link=link)


def _grouped(found: Iterable[Movement], moves: Sequence[Move], worth: Callable[[Movement], int]) -> list[Row]:
    counted: dict[tuple[Move, str], list[int]] = defaultdict(list)
    for one in found:
        counted[one.move, one.currency].append(worth(one))
    return [
        Row((move.value, len(values), sum(values)), currency=currency)
        for move in moves
        for currency in sorted({code for kind, code in counted if kind is move})
        for values in [counted[move, currency]]
    ]


MOVED = Report(
    key="moved",
    title="What moved",
    says="What came into the open pipeline, what left it and what changed within it, down to each deal.",
    group="Pipeline",
    takes=frozenset({Takes.SPAN, Takes.OWNER}),
    answer=answer,
    span="7d",
)
