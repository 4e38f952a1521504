"""Every report there is, in the order in which they are listed."""

from collections.abc import Sequence
from itertools import groupby

from crm.errors import NotFound
from reports.agents import AGENTS
from reports.base import Report
from reports.clients import CLIENTS
from reports.intents import INTENTS
from reports.pipeline import board, conversion, forecast, moved, now, stays
from reports.speed import SPEED

_ALL: tuple[Report, ...] = (
    now.NOW,
    forecast.FORECAST,
    moved.MOVED,
    board.BOARD,
    conversion.CONVERSION,
    stays.STAYS,
    SPEED,
    INTENTS,
    AGENTS,
    CLIENTS,
)
REPORTS = {report.key: report for report in _ALL}


def grouped() -> Sequence[tuple[str, list[Report]]]:
    """By their groups."""
    return [(group, list(reports)) for group, reports in groupby(_ALL, key=lambda one: one.group)]


def keyed(key: str) -> Report:
    """Raises NotFound where there is none."""
    report = REPORTS.get(key)
    if report is None:
        raise NotFound("There is no such report.")
    return report
