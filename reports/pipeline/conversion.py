"""How far the deals of a stretch of time came: of those that reached a stage, how many went on."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count, F, Max, Q

from accounts.actors import Actor
from deals.models import Deal, Stage
from deals.stages import lay_out
from reports.base import Chosen, Report, Takes
from reports.pipeline.scope import owned, through
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet

# The furthest open stage that a deal came to, by its position; whether it ever was won; what kind of stage it is in.
Fate = tuple[int, bool, str]
NOWHERE = -1
HOW = (
    "A deal counts once for each stage, however often it was there. One that skipped a stage reached it too: it came"
    " further. One that was moved back stays counted where it was furthest. Deals that were deleted, and stages that"
    " were, do not count. The last line is the share of all that was won."
)


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    fates = _fates(actor, chosen)
    stages = [one for one in lay_out(actor.workspace) if one.kind == Stage.Kind.OPEN]
    won = sum(count for (_, was_won, _), count in fates.items() if was_won)
    rows = [_row(stage, stages, fates, won) for stage in stages] if fates else []
    if rows:
        rows.append(Row(("Won", won, None, won / fates.total(), None, None)))
    return [
        Sheet(
            "stages",
            "How far they came",
            (
                Column("stage", "Stage"),
                Column("reached", "Reached it", Kind.NUMBER),
                Column("went", "Went on", Kind.NUMBER),
                Column("share", "Share", Kind.SHARE),
                Column("lost", "Lost after it", Kind.NUMBER),
                Column("open", "Open still", Kind.NUMBER),
            ),
            rows,
            empty="No deal was opened in these days. Choose a longer time.",
            note=f"Deals opened in the days {chosen.span.words}, and what became of them until now. {HOW}",
            chart=Chart(Shape.BARS, "stage", ("reached",)),
        )
    ]


def _row(stage: Stage, stages: Sequence[Stage], fates: "Counter[Fate]", won: int) -> Row:
    reached = _reached(stage, stages[0], fates)
    later = next((one for one in stages if one.position > stage.position), None)
    went = won if later is None else _reached(later, stages[0], fates)
    ended = Counter(dict.fromkeys(Stage.Kind.values, 0))
    for (furthest, was_won, kind), count in fates.items():
        if not was_won and _stopped_at(furthest, stage, later, stages[0]):
            ended[kind] += count
    share = went / reached if reached else None
    lost = ended[Stage.Kind.LOST]
    return Row((stage.name, reached, went, share, lost, reached - went - lost))


def _reached(stage: Stage, first: Stage, fates: "Counter[Fate]") -> int:
    """Whoever was won reached every stage; whoever is there at all, the first one."""
    return sum(
        count
        for (furthest, was_won, _), count in fates.items()
        if was_won or stage == first or furthest >= stage.position
    )


def _stopped_at(furthest: int, stage: Stage, later: Stage | None, first: Stage) -> bool:
    from_here = stage == first or furthest >= stage.position
    return from_here and (later is None or furthest < later.position)


def _fates(actor: Actor, chosen: Chosen) -> "Counter[Fate]":
    """How many deals had each fate: one query."""
    span = chosen.span
    opened = Q(stage_changes__from_stage=None, stage_changes__changed_at__gte=span.start)
    rows = Deal.objects.visible_to(actor).filter(opened, stage_changes__changed_at__lt=span.end)
    rows = through(owned(Deal.objects.filter(pk__in=rows.values("pk")), chosen), chosen)
    there = Q(stage_changes__to_stage__kind=Stage.Kind.OPEN, stage_changes__to_stage__retired_at=None)
    each = rows.order_by().values("pk", kind=F("stage__kind")).annotate(
        furthest=Max("stage_changes__to_stage__position", filter=there),
        wins=Count("stage_changes", filter=Q(stage_changes__to_stage__kind=Stage.Kind.WON)),
    )  # fmt: skip
    return _counted(each.values_list("furthest", "wins", "kind"))


def _counted(rows: Iterable[tuple[int | None, int, str]]) -> "Counter[Fate]":
    return Counter((NOWHERE if furthest is None else furthest, wins > 0, kind) for furthest, wins, kind in rows)


CONVERSION = Report(
    key="conversion",
    title="Conversion",
    says="Of the deals that reached a stage, how many went on to the next, and how many were lost there.",
    group="Pipeline",
    takes=frozenset({Takes.SPAN, Takes.OWNER, Takes.CHANNEL, Takes.CAMPAIGN}),
    answer=answer,
)
