"""A report, answered for somebody, and the turns that it counts."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Membership
from reports.base import Chosen, Report
from reports.choosing import choose
from reports.hours import Hours
from reports.turns import turns
from tests.cast import acting
from tests.reports.slow.turns import Turn


def chosen(report: Report, who: Membership, **given: str) -> Chosen:
    return choose(report, acting(who), given)


def cells(report: Report, who: Membership, sheet: str, **given: str) -> list[tuple[Any, ...]]:
    """The rows of one sheet of it."""
    found = next(one for one in report.sheets(acting(who), chosen(report, who, **given)) if one.key == sheet)
    return [row.cells for row in found.rows]


def turns_told(actor: Actor, within: Q, since: datetime, until: datetime, now: datetime, hours: Hours) -> list[Turn]:
    """As the database works them out, the oldest first."""
    known, params = turns(actor, within, since, until, now, hours)
    columns = "talk, began, ended, settled, CASE WHEN answered THEN person END, clock, worked"
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {known} SELECT {columns} FROM turn ORDER BY began, talk", params)
        rows = cursor.fetchall()
    return [
        Turn(talk, began, ended, settled, by, timedelta(seconds=clock), timedelta(seconds=worked))
        for talk, began, ended, settled, by, clock, worked in rows
    ]
