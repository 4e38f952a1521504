"""What is kept about reports: a workspace's working hours; reports under a name, sent by mail, shared by a link."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from clients.models import Client, ClientRow
from crm.constraints import WithinWorkspace
from crm.models import Versioned, Work


class WorkingHours(Versioned, WorkspaceRow):
    """When a workspace is there to answer. No row: Monday to Friday, nine to five. days: 0 is Monday. opens, closes:
    minutes on the clock of the workspace's time zone; 1440 is midnight."""

    days = ArrayField(models.PositiveSmallIntegerField())
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "working hours"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace"], name="reports_workinghours_once"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=1440), name="reports_workinghours_in_order"
            ),
            models.CheckConstraint(condition=Q(days__len__gte=1), name="reports_workinghours_some_day"),
        ]


class SavedReportQuerySet(models.QuerySet["SavedReport"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and what is shared: of whoever sees only certain clients, the shared ones of these clients."""
        shared = Q(shared=True) if actor.clients is None else Q(shared=True, client__in=actor.clients)
        rows = self.filter(workspace=actor.workspace, deleted_at=None)
        mine = Q(member=actor.membership) if actor.membership else Q(pk=None)
        own = mine if actor.clients is None else mine & (Q(client=None) | Q(client__in=actor.clients))
        return rows.filter(own | shared)


class SavedReport(Versioned, ClientRow):
    """A report under a name. `query` holds what its page's address holds beside the client, and nothing else; client:
    the one that was chosen, none for all that the reader sees."""

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    report = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedReportQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        verbose_name = "report"
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="reports_savedreport_id_workspace"),
            # two of one name in one list could not be told apart
            models.UniqueConstraint(
                "member", Lower("name"), condition=Q(deleted_at=None), name="reports_savedreport_name"
            ),
            WithinWorkspace(field="member", name="reports_savedreport_member_in_workspace"),
        ]
        indexes: ClassVar = [
            # the list of the reports that somebody keeps, and those that are shared
            models.Index(fields=["workspace"], condition=Q(deleted_at=None), name="reports_savedreport_kept")
        ]

    def __str__(self) -> str:
        return self.name


class Schedule(Versioned, WorkspaceRow):
    """When a saved report is sent by mail: at `hour` o'clock of `time_zone`, each day, on `weekday` (0 is Monday) or on
    `monthday` (1 to 28). due_at: the next time. paused: why it is not sent at present; empty while it is."""

    class Every(models.TextChoices):
        DAY = "day", "Every day"
        WEEK = "week", "Every week"
        MONTH = "month", "Every month"

    saved = models.ForeignKey(SavedReport, on_delete=models.CASCADE, related_name="schedules")
    every = models.CharField(max_length=10, choices=Every.choices)
    weekday = models.PositiveSmallIntegerField(default=0)
    monthday = models.PositiveSmallIntegerField(default=1)
    hour = models.PositiveSmallIntegerField()
    time_zone = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    paused = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "schedule"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="reports_schedule_id_workspace"),
            models.UniqueConstraint(fields=["saved"], name="reports_schedule_once"),
            models.CheckConstraint(
                condition=Q(hour__lte=23, weekday__lte=6, monthday__gte=1, monthday__lte=28),
                name="reports_schedule_on_the_clock",
            ),
            WithinWorkspace(field="saved", name="reports_schedule_saved_in_workspace"),
        ]
        indexes: ClassVar = [
            # the sweep: what is due
            models.Index(fields=["due_at"], condition=Q(paused=""), name="reports_schedule_due")
        ]


class Recipient(WorkspaceRow):
    """A member who gets a scheduled report, until they stop it."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="recipients")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "member"], name="reports_recipient_once"),
            models.UniqueConstraint(fields=["id", "workspace"], name="reports_recipient_id_workspace"),
            WithinWorkspace(field="schedule", name="reports_recipient_schedule_in_workspace"),
            WithinWorkspace(field="member", name="reports_recipient_member_in_workspace"),
        ]


class ReportMail(Work):
    """One mail of a scheduled report to one recipient, for the time at which it was due."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="mails")
    for_time = models.DateTimeField()

    class Meta(Work.Meta):
        constraints: ClassVar = [
            # however often the sweep runs, one mail for one time
            models.UniqueConstraint(fields=["recipient", "for_time"], name="reports_reportmail_once"),
            WithinWorkspace(field="recipient", name="reports_reportmail_recipient_in_workspace"),
        ]


class SharedReportQuerySet(models.QuerySet["SharedReport"]):
    def visible_to(self, actor: Actor) -> Self:
        """For whoever may write for the client; a client's own viewers do not learn of links."""
        rows = self.filter(workspace=actor.workspace)
        if not actor.on_team or actor.kind == "key":
            return rows.none()
        return rows if actor.clients is None else rows.filter(client__in=actor.clients)


class SharedReport(ClientRow):
    """A report of one client that whoever has the link may read, until it expires or is ended. Only a digest of its
    token is kept."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    report = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField(max_length=12, help_text="How the token begins, to tell it from others.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)
    opened_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    objects = SharedReportQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            WithinWorkspace(field="member", name="reports_sharedreport_member_in_workspace"),
        ]
        indexes: ClassVar = [
            # the list of links, newest first
            models.Index(fields=["workspace", "-created_at"], name="reports_sharedreport_recent")
        ]

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
