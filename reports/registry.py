"""Every report there is, in the order in which they are listed."""

from collections.abc import Sequence
from itertools import groupby

from accounts.actors import Actor
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


def open_to(actor: Actor) -> list[Report]:
    return [report for report in _ALL if report.open_to(actor)]


def grouped(actor: Actor) -> Sequence[tuple[str, list[Report]]]:
    """Those open to the actor, by their groups."""
    return [(group, list(reports)) for group, reports in groupby(open_to(actor), key=lambda one: one.group)]


def keyed(actor: Actor, key: str) -> Report:
    """Raises NotFound where there is none that is open to the actor."""
    report = REPORTS.get(key)
    if report is None or not report.open_to(actor):
        raise NotFound("There is no such report.")
    return report
