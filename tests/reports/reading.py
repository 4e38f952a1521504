"""A report, answered for somebody."""

from typing import Any

from accounts.models import Membership
from reports.base import Chosen, Report
from reports.choosing import choose
from tests.cast import acting


def chosen(report: Report, who: Membership, **given: str) -> Chosen:
    return choose(report, acting(who), given)


def cells(report: Report, who: Membership, sheet: str, **given: str) -> list[tuple[Any, ...]]:
    """The rows of one sheet of it."""
    found = next(one for one in report.sheets(acting(who), chosen(report, who, **given)) if one.key == sheet)
    return [row.cells for row in found.rows]
