"""What the open deals bring, by the month in which each is expected to close."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Case, Count, F, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format

from accounts.actors import Actor
from deals.models import Deal
from reports.base import Chosen, Report, Takes
from reports.pipeline.scope import owned, through
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet

ADVICE = " Give deals an expected close in their panel on the board to see them in a month."
OVERDUE, UNDATED = "Overdue", "No date"
# What is expected later than this is told in one line.
MONTHS = 24

Figures = tuple[int, int, int]


def answer(actor: Actor, chosen: Chosen) -> Sequence[Sheet]:
    found = _figures(actor, chosen)
    currencies = sorted({currency for _, currency in found})
    rows = [
        Row((name, *found.get((name, currency), (0, 0, 0))), currency=currency)
        for currency in currencies
        for name in _names(chosen.today, {name for name, code in found if code == currency})
    ]
    return [
        Sheet(
            "months",
            "Open deals by the month they are expected to close in",
            (
                Column("month", "Month"),
                Column("deals", "Deals", Kind.NUMBER),
                Column("value", "Value", Kind.MONEY),
                Column("weighted", "Weighted", Kind.MONEY),
            ),
            rows,
            empty="No deal is open, so there is nothing to forecast.",
            note=(
                "Weighted: each value by the chance that its stage gives it. Overdue: expected to close before today."
                f"{ADVICE if actor.can_write else ''}"
            ),
            chart=Chart(Shape.COLUMNS, "month", ("value", "weighted")),
        )
    ]


def _figures(actor: Actor, chosen: Chosen) -> dict[tuple[str, str], Figures]:
    """Deals, value and weighted by month and currency. Fractions of a minor unit are cut off at the end."""
    rows = through(owned(Deal.objects.visible_to(actor).open(), chosen), chosen)
    overdue = Case(When(expected_close_on__lt=chosen.today, then=Value(True)), default=Value(False))
    grouped = rows.order_by().annotate(month=TruncMonth("expected_close_on"), overdue=overdue).values(
        "month", "overdue", "currency"
    )  # fmt: skip
    found: dict[tuple[str, str], Figures] = {}
    for row in grouped.annotate(
        deals=Count("pk"), total=Sum("value"), weighted=Sum(F("value") * F("stage__probability"))
    ):
        key = (_name(row["month"], chosen.today, overdue=row["overdue"]), row["currency"])
        deals, value, weighted = found.get(key, (0, 0, 0))
        found[key] = deals + row["deals"], value + int(row["total"]), weighted + int(row["weighted"])
    return {key: (deals, value, weighted // 100) for key, (deals, value, weighted) in found.items()}


def _name(month: date | None, today: date, *, overdue: bool) -> str:
    if month is None:
        return UNDATED
    if overdue:
        return OVERDUE
    return _later(today) if _away(today, month) >= MONTHS else _month(month)


def _names(today: date, there: set[str]) -> Iterator[str]:
    """The lines of one currency: every month up to the last that has a deal, so that an empty one is seen."""
    if OVERDUE in there:
        yield OVERDUE
    months = [_month(one) for one in _ahead(today)]
    last = max((number for number, name in enumerate(months) if name in there), default=-1)
    yield from months[: last + 1]
    for name in (_later(today), UNDATED):
        if name in there:
            yield name


def _ahead(today: date) -> Iterator[date]:
    for number in range(MONTHS):
        years, month = divmod(today.month - 1 + number, 12)
        yield date(today.year + years, month + 1, 1)


def _away(today: date, month: date) -> int:
    return (month.year - today.year) * 12 + month.month - today.month


def _month(month: date) -> str:
    return date_format(month, "M Y")


def _later(today: date) -> str:
    return f"After {_month(list(_ahead(today))[-1])}"


FORECAST = Report(
    key="forecast",
    title="Forecast",
    says="What the open deals are worth, in full and by their chances, by the month they are expected to close in.",
    group="Pipeline",
    takes=frozenset({Takes.OWNER, Takes.CHANNEL, Takes.CAMPAIGN}),
    answer=answer,
)
