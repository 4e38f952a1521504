"""A sheet as a CSV file. Texts are guarded against spreadsheets that would calculate with them; figures are figures."""

import csv
import io

from contacts.exporting import MARK
from contacts.spreadsheet import guarded
from reports.sheets import Row, Sheet
from reports.words import heading, plain


def written(sheet: Sheet) -> str:
    """The whole file. Where there is money, the last column names its currency."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(
        [*(guarded(heading(column)) for column in sheet.columns), *(["Currency"] if sheet.has_money else [])]
    )
    lines.writerows(_line(sheet, row) for row in sheet.rows)
    return MARK + text.getvalue()


def _line(sheet: Sheet, row: Row) -> list[str]:
    cells = [
        plain(column, row, cell) if column.is_figure else guarded(plain(column, row, cell))
        for column, cell in zip(sheet.columns, row.cells, strict=True)
    ]
    return [*cells, row.currency] if sheet.has_money else cells
