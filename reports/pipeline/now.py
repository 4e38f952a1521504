"""What stands in each stage at this moment."""

from collections.abc import Sequence

from accounts.actors import Actor
from deals.board import heads
from deals.models import Deal, Stage
from reports.base import Chosen, Report, Takes
from reports.pipeline.scope import owned
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet

NO_DEALS = (
    "No deal is open. One opens by itself when somebody writes that they are interested; the board has a button too."
)


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    columns = heads(actor, owned(Deal.objects.visible_to(actor).open(), chosen))
    rows = [
        Row((one.stage.name, one.sums.counts[total.currency], total.value, total.weighted), currency=total.currency)
        for one in columns
        if one.stage.kind == Stage.Kind.OPEN
        for total in one.sums.totals
    ]
    return [
        Sheet(
            "stages",
            "Open deals by stage",
            (
                Column("stage", "Stage"),
                Column("deals", "Deals", Kind.NUMBER),
                Column("value", "Value", Kind.MONEY),
                Column("weighted", "Weighted", Kind.MONEY),
            ),
            rows,
            empty=NO_DEALS,
            note="Weighted: each value by the chance that its stage gives it.",
            chart=Chart(Shape.BARS, "stage", ("value", "weighted")),
        )
    ]


NOW = Report(
    key="pipeline",
    title="Pipeline",
    says="What stands in each open stage now, and what that is worth by its chances.",
    group="Pipeline",
    takes=frozenset({Takes.OWNER}),
    answer=answer,
)
