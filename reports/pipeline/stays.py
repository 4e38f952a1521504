"""How long deals stay in each stage."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Window
from django.db.models.functions import Lead

from accounts.actors import Actor
from deals.models import Deal, Stage, StageChange
from reports.base import Chosen, Report, Takes
from reports.pipeline.scope import owned, through
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet

HOW = (
    "from when a deal came into the stage until it went to another one. A deal that came back stayed twice, and each"
    " stay counts by itself; a stage that it skipped has none of it. Half of the stays were shorter than the median; a"
    " few very long ones pull up the average. Deals that were deleted do not count."
)
ENDED = """
    SELECT to_stage_id, count(*),
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - changed_at)))::bigint,
           round(avg(extract(epoch FROM ended_at - changed_at)))::bigint
    FROM ({stays}) stay WHERE ended_at >= %s AND ended_at < %s GROUP BY to_stage_id
"""


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    stays, here = _stays(actor, chosen), _here(actor, chosen)
    stages = Stage.objects.filter(workspace=actor.workspace, kind=Stage.Kind.OPEN).order_by("position")
    rows = [
        Row((_name(stage), *stays.get(stage.pk, (0, None, None)), here.get(stage.pk, 0)))
        for stage in stages
        if stage.retired_at is None or stage.pk in stays
    ]
    return [
        Sheet(
            "stages",
            "Time in each stage",
            (
                Column("stage", "Stage"),
                Column("stays", "Stays that ended", Kind.NUMBER),
                Column("median", "Median", Kind.SECONDS),
                Column("average", "Average", Kind.SECONDS),
                Column("here", "There now", Kind.NUMBER),
            ),
            rows if stays else [],
            empty="No deal left a stage in these days. Choose a longer time.",
            note=f"Stays that ended in the days {chosen.span.words}: {HOW}",
            chart=Chart(Shape.BARS, "stage", ("median", "average")),
        )
    ]


def _name(stage: Stage) -> str:
    return f"{stage.name} (deleted)" if stage.retired_at else stage.name


def _stays(actor: Actor, chosen: Chosen) -> dict[UUID, tuple[int, int | None, int | None]]:
    """By stage: how many stays ended, their median and their average in seconds. One query."""
    deals = through(owned(Deal.objects.visible_to(actor), chosen), chosen)
    left = Window(Lead("changed_at"), partition_by=F("deal"), order_by=[F("changed_at"), F("id")])
    steps = StageChange.objects.filter(deal__in=deals.order_by().values("pk")).order_by()
    sql, params = steps.values("to_stage_id", "changed_at").annotate(ended_at=left).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(ENDED.format(stays=sql), [*params, chosen.span.start, chosen.span.end])
        return {stage: (count, median, average) for stage, count, median, average in cursor.fetchall()}


def _here(actor: Actor, chosen: Chosen) -> dict[UUID, int]:
    rows = through(owned(Deal.objects.visible_to(actor), chosen), chosen).order_by()
    return dict(rows.values_list("stage").annotate(deals=Count("pk")))


STAYS = Report(
    key="time-in-stage",
    title="Time in stage",
    says="How long deals stay in each stage before they go on: where they wait.",
    group="Pipeline",
    takes=frozenset({Takes.SPAN, Takes.OWNER, Takes.CHANNEL, Takes.CAMPAIGN}),
    answer=answer,
)
