"""When a saved report goes out by mail, and to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dates import WEEKDAYS

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from accounts.plans import counts, must_have_room
from crm.errors import Invalid
from reports.models import Recipient, SavedReport, Schedule
from reports.saved import must_own

Every = Schedule.Every
MOST_RECIPIENTS = 50
# Every month has them.
MONTHDAYS = range(1, 29)


@dataclass(frozen=True)
class When:
    """weekday: 0 is Monday, for what goes out weekly; monthday for what goes out monthly."""

    every: str
    hour: int
    time_zone: str
    weekday: int = 0
    monthday: int = 1

    def check(self) -> None:
        wrong: dict[str, list[str]] = {}
        if self.every not in Every.values:
            wrong["every"] = ["Choose every day, every week or every month."]
        if self.hour not in range(24):
            wrong["hour"] = ["Choose an hour from 0 to 23."]
        if self.weekday not in WEEKDAYS:
            wrong["weekday"] = ["Choose a day of the week."]
        if self.monthday not in MONTHDAYS:
            wrong["monthday"] = ["Choose a day from 1 to 28: every month has these."]
        if self.time_zone not in available_timezones():
            wrong["time_zone"] = [f"“{self.time_zone}” is no time zone, such as Europe/Berlin."]
        if wrong:
            raise Invalid(fields=wrong)


def next_time(when: "When | Schedule", after: datetime) -> datetime:
    """The first time after `after`. An hour that the clock skips is taken for the one after it; one that comes twice
    counts once."""
    zone = ZoneInfo(when.time_zone)
    day = after.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, time(when.hour), zone).astimezone(after.tzinfo)
        if moment > after and _is_on(when, day.weekday(), day.day):
            return moment
        day += timedelta(days=1)


def _is_on(when: "When | Schedule", weekday: int, monthday: int) -> bool:
    if when.every == Every.WEEK:
        return weekday == when.weekday
    return when.every != Every.MONTH or monthday == when.monthday


@counts("scheduled_reports")
def used(workspace: Workspace) -> int:
    return Schedule.objects.filter(workspace=workspace).count()


@transaction.atomic
def plan(*, actor: Actor, saved: SavedReport, when: When, members: Collection[UUID]) -> Schedule:
    """From now on, or from now on otherwise. A paused one goes on. Whoever had stopped it gets it again only if they
    are named anew after having been left out."""
    actor.must_write()
    must_own(actor, saved)
    when.check()
    chosen = _chosen(actor, saved, members)
    schedule = Schedule.objects.select_for_update().filter(saved=saved).first()
    if schedule is None:
        must_have_room(actor.workspace, "scheduled_reports", lambda: used(actor.workspace))
        schedule = Schedule(workspace=actor.workspace, saved=saved)
    schedule.every, schedule.hour, schedule.time_zone = when.every, when.hour, when.time_zone
    schedule.weekday, schedule.monthday, schedule.paused = when.weekday, when.monthday, ""
    schedule.due_at = next_time(when, timezone.now())
    schedule.save()
    schedule.recipients.exclude(member__in=chosen).delete()
    Recipient.objects.bulk_create(
        [Recipient(workspace=actor.workspace, schedule=schedule, member=member) for member in chosen],
        ignore_conflicts=True,
    )
    return schedule


def _chosen(actor: Actor, saved: SavedReport, members: Collection[UUID]) -> list[Membership]:
    chosen = list(offered(actor, saved).filter(pk__in=members))
    if not chosen or len(chosen) != len(set(members)):
        raise Invalid(fields={"members": ["Choose at least one of the people who may see this report."]})
    if len(chosen) > MOST_RECIPIENTS:
        raise Invalid(fields={"members": [f"Choose at most {MOST_RECIPIENTS} people."]})
    return chosen


def offered(actor: Actor, saved: SavedReport) -> "QuerySet[Membership]":
    """Whom the report may be sent to: those the actor works with who see its client."""
    members = Membership.objects.visible_to(actor).select_related("user").order_by("user__name", "pk")
    if saved.client_id is None:
        return members
    may = Q(all_clients=True) | Q(client_access__client=saved.client_id)
    return members.filter(pk__in=Membership.objects.filter(may).values("pk"))


def stop(*, recipient: Recipient) -> None:
    """For who asks alone: whatever is still on its way to them is not sent."""
    Recipient.objects.filter(pk=recipient.pk, stopped_at=None).update(stopped_at=timezone.now())


def in_words(schedule: "When | Schedule") -> str:
    """Every Monday at 08:00, Europe/Berlin."""
    day = {
        Every.DAY: "Every day",
        Every.WEEK: f"Every {WEEKDAYS[schedule.weekday]}",
        Every.MONTH: f"On day {schedule.monthday} of each month",
    }[Every(schedule.every)]
    return f"{day} at {schedule.hour:02}:00, {schedule.time_zone}"
