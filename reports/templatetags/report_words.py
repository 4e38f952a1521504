"""How the templates show sheets."""

from collections.abc import Sequence

from django import template

from reports import charts
from reports.charts import Drawing
from reports.sheets import Row, Sheet
from reports.words import words

# More than a person reads on a page; the file has all of them.
MOST_ROWS = 200

register = template.Library()


@register.filter
def drawings(sheet: Sheet) -> list[Drawing]:
    return charts.drawings(sheet)


@register.filter
def rows_shown(sheet: Sheet) -> Sequence[Row]:
    return sheet.rows[:MOST_ROWS]


@register.simple_tag
def cells(sheet: Sheet, row: Row) -> list[tuple[str, bool]]:
    """The words of each cell, and whether it is a figure."""
    return [
        (words(column.kind, cell, row.currency), column.is_figure)
        for column, cell in zip(sheet.columns, row.cells, strict=True)
    ]
