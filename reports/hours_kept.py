"""A workspace's working hours, as its admins set them."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
from crm.errors import Invalid
from crm.transactions import advisory_lock
from crm.versions import expect, write
from reports.hours import DAY_MINUTES, Hours
from reports.models import WorkingHours

WEEK = range(7)


def hours_of(workspace: Workspace) -> Hours:
    """One query."""
    return as_hours(workspace, WorkingHours.objects.filter(workspace=workspace).first())


def as_hours(workspace: Workspace, kept: WorkingHours | None) -> Hours:
    zone = ZoneInfo(workspace.time_zone)
    return Hours(zone, frozenset(kept.days), kept.opens, kept.closes) if kept else Hours(zone)


@transaction.atomic
def keep(
    *, actor: Actor, days: Collection[int], opens: int, closes: int, version: int | None = None
) -> WorkingHours:  # fmt: skip
    """From now on every report counts with these hours, of past times too. opens, closes: minutes since midnight."""
    actor.must_administer()
    actor.must_see_all()
    _check(days, opens, closes)
    advisory_lock(f"reports.hours {actor.workspace.pk}")
    kept = WorkingHours.objects.filter(workspace=actor.workspace).first()
    wanted = {"days": sorted(set(days)), "opens": opens, "closes": closes}
    if kept is None:
        kept = WorkingHours.objects.create(workspace=actor.workspace, **wanted)
    else:
        expect(kept, version)
        if not write(kept, **wanted):
            return kept
    record(actor, EventType.WORKSPACE_UPDATED, actor.workspace, changed_fields=["working_hours"])
    return kept


def _check(days: Collection[int], opens: int, closes: int) -> None:
    if not days or not set(days) <= set(WEEK):
        raise Invalid(fields={"days": ["Choose at least one day of the week."]})
    if not 0 <= opens < closes <= DAY_MINUTES:
        raise Invalid(fields={"closes": ["The day must end after it begins: put the end later than the start."]})
