"""Cells in words: for the page as a person reads them, for a spreadsheet as it calculates with them."""

from datetime import date

from babel.numbers import format_compact_currency, format_compact_decimal
from django.utils.formats import date_format

from crm import money
from reports.sheets import Cell, Column, Kind, Row

MINUTE, HOUR, DAY = 60, 3600, 86_400
UNKNOWN = "–"


def words(kind: Kind, cell: Cell, currency: str = "") -> str:
    """As the page says it."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, date):
        return date_format(cell, "j M Y")
    return cell if isinstance(cell, str) else _figure(kind, cell, currency)


def short(kind: Kind, value: float, currency: str = "") -> str:
    """As an axis says it: €120K."""
    match kind:
        case Kind.MONEY:
            whole = value / 10 ** money.exponent(currency)
            return _trimmed(format_compact_currency(whole, currency, locale="en", fraction_digits=1))
        case Kind.SHARE:
            return f"{value:.0%}"
        case Kind.SECONDS:
            return took(int(value))
        case _:
            return _trimmed(format_compact_decimal(value, locale="en", fraction_digits=1))


def _figure(kind: Kind, value: float, currency: str) -> str:
    match kind:
        case Kind.MONEY:
            return money.display(int(value), currency)
        case Kind.SHARE:
            return f"{value:.1%}"
        case Kind.SECONDS:
            return took(int(value))
        case _:
            return f"{value:,}"


def _trimmed(text: str) -> str:
    return text.replace(".0", "")


def took(seconds: int) -> str:
    """The two largest units: 3 d 4 h, 4 h 12 min, 45 s."""
    sign, left = ("−", -seconds) if seconds < 0 else ("", seconds)
    if left < MINUTE:
        return f"{sign}{left} s"
    for unit, name, below, smaller in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min")):
        if left >= unit:
            whole, rest = left // unit, left % unit // below
            return f"{sign}{whole} {name}" + (f" {rest} {smaller}" if rest else "")
    return f"{sign}{left // MINUTE} min"


def heading(column: Column) -> str:
    """What stands above it in a file."""
    return f"{column.name} (seconds)" if column.kind is Kind.SECONDS else column.name


def plain(column: Column, row: Row, cell: Cell) -> str:
    """As a file holds it: amounts in whole units with their decimals, days as 2026-05-31, shares as 0.25."""
    if cell is None:
        return ""
    if column.kind is Kind.MONEY and isinstance(cell, int):
        return f"{money.major(cell, row.currency):f}"
    if column.kind is Kind.SHARE and isinstance(cell, int | float):
        return f"{cell:.4f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
