"""Charts are drawn from the cells of their table, and say the same."""

import pytest

from reports.charts import BARS_WIDTH, HEAD, PLOT, drawings
from reports.scales import scale
from reports.sheets import Cell, Chart, Column, Kind, Row, Shape, Sheet
from reports.words import short, took, words


def sheet(chart: Chart, *rows: Row, kind: Kind = Kind.MONEY) -> Sheet:
    columns = (Column("name", "Stage"), Column("value", "Value", kind), Column("weighted", "Weighted", kind))
    return Sheet("stages", "Open deals", columns, list(rows), empty="Nothing.", chart=chart)


BARS = Chart(Shape.BARS, "name", ("value", "weighted"))


def test_there_is_one_drawing_for_each_currency_the_fullest_first() -> None:
    rows = [Row(("New", 100, 10), "EUR"), Row(("New", 5, 1), "JPY"), Row(("Later", 300, 30), "EUR")]
    drawn = drawings(sheet(BARS, *rows))
    assert [(one.id, one.title) for one in drawn] == [
        ("chart-stages-eur", "Open deals, EUR"),
        ("chart-stages-jpy", "Open deals, JPY"),
    ]
    assert drawn[0].description == (
        "Value and Weighted by stage, 2 in all. Highest value: €3.00, Later. Highest weighted: €0.30, Later."
        " The table has every figure."
    )


def test_bars_are_as_long_as_their_cells_are_large_and_say_them() -> None:
    drawn = drawings(sheet(BARS, Row(("New", 200, 100), "EUR"), Row(("Later", 400, None), "EUR")))[0]
    assert [mark.words for mark in drawn.marks] == ["€2.00", "€1.00", "€4.00", "–"]
    longest = drawn.marks[2].width
    assert [mark.width / longest for mark in drawn.marks] == pytest.approx([0.5, 0.25, 1, 0], abs=0.01)
    assert max(mark.x + mark.width for mark in drawn.marks) <= BARS_WIDTH


def test_what_is_below_nothing_lies_on_the_other_side_of_the_baseline() -> None:
    chart = Chart(Shape.BARS, "name", ("value",))
    less, more = drawings(sheet(chart, Row(("Won", -300, 0), "EUR"), Row(("Created", 300, 0), "EUR")))[0].marks
    assert (less.x + less.width, more.x) == pytest.approx((BARS_WIDTH / 2, BARS_WIDTH / 2))


def test_stacked_columns_stand_upon_each_other() -> None:
    chart = Chart(Shape.COLUMNS, "name", ("value", "weighted"), stacked=True)
    lower, upper = drawings(sheet(chart, Row(("May", 6, 2)), kind=Kind.NUMBER))[0].marks
    assert lower.y + lower.height == pytest.approx(HEAD + PLOT)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert upper.height == pytest.approx(lower.height / 3)


def test_a_line_is_broken_where_nothing_is_known() -> None:
    chart = Chart(Shape.LINES, "name", ("value",))
    values: list[Cell] = [1, 2, None, 3, 4]
    drawn = drawings(sheet(chart, *(Row((str(n), one, 0)) for n, one in enumerate(values)), kind=Kind.NUMBER))[0]
    assert [len(line.points.split()) for line in drawn.lines] == [2, 2]
    assert len(drawn.marks) == 4


@pytest.mark.parametrize(
    ("values", "kind", "currency", "ticks"),
    [
        ([0, 87_300], Kind.MONEY, "EUR", ["€0", "€250", "€500", "€750", "€1K"]),
        ([930], Kind.MONEY, "JPY", ["¥0", "¥250", "¥500", "¥750", "¥1K"]),
        ([3], Kind.NUMBER, "", ["0", "1", "2", "3"]),
        ([0.31], Kind.SHARE, "", ["0%", "10%", "20%", "30%", "40%"]),
        ([9 * 3600], Kind.SECONDS, "", ["0 s", "3 h", "6 h", "9 h"]),
        ([-10, 30], Kind.NUMBER, "", ["-10", "0", "10", "20", "30"]),
        ([], Kind.NUMBER, "", ["0", "1"]),
    ],
)
def test_an_axis_has_figures_that_a_person_counts_in(
    values: list[float], kind: Kind, currency: str, ticks: list[str]
) -> None:
    found = scale(values, kind, currency)
    assert [short(kind, tick, currency) for tick in found.ticks] == ticks
    assert found.low <= min([0, *values])
    assert found.high >= max([0, *values])


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3720, "1 h 2 min"),
        (180_000, "2 d 2 h"),
        (-90, "−1 min"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert took(seconds) == said


def test_every_kind_of_cell_has_its_words() -> None:
    said = [
        words(Kind.MONEY, 123_450, "KWD"),
        words(Kind.SHARE, 0.256),
        words(Kind.NUMBER, 12_345),
        words(Kind.TEXT, None),
    ]
    assert said == ["KWD\u00a0123.450", "25.6%", "12,345", "–"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row(("New", 1)), "has 2 cells for 3 columns"),
        (Row(("New", "1", 2), "EUR"), "is no money"),
        (Row(("New", 1, 2)), "has money and no currency"),
    ],
)
def test_a_row_that_does_not_fit_its_sheet_is_a_mistake_of_ours(row: Row, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sheet(BARS, row)
