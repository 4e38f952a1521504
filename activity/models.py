"""The event log: what happened, in order, for ever; everything that follows from a change reads it here. And what
stands beside it: background work, the long work of a person, how to take back what one did."""

from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from activity.types import ADMIN_ONLY, TEAM_ONLY
from crm.constraints import WithinWorkspace
from crm.immutable import append_only
from crm.models import Work


class TransactionId(models.Field[int, int]):
    """PostgreSQL's `xid8`: a 64-bit transaction number that does not wrap around."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def from_db_value(self, value: object, expression: object, connection: object) -> int | None:
        return None if value is None else int(str(value))

    def get_db_prep_value(self, value: object, connection: object, prepared: bool = False) -> str | None:
        return None if value is None else str(value)


class CurrentTransaction(models.Func):
    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionId()


def hidden_from(actor: Actor) -> frozenset[str]:
    """The types that `actor` never hears of, whatever they are about."""
    hidden = frozenset() if actor.on_team else TEAM_ONLY
    return hidden if actor.runs_workspace else hidden | ADMIN_ONLY


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, actor: Actor) -> "EventQuerySet":
        rows = self.filter(workspace=actor.workspace)
        rows = rows if actor.clients is None else rows.filter(client__in=actor.clients)
        hidden = hidden_from(actor)
        return rows.exclude(type__in=sorted(hidden)) if hidden else rows


class Event(models.Model):
    """One thing that happened. `transaction` and `sequence` together are its place: readers go in that order and stop
    below the oldest transaction still running, so nothing can turn up behind them (`activity.log`)."""

    sequence = models.BigAutoField(primary_key=True)
    transaction = TransactionId(db_default=CurrentTransaction(), editable=False)
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    type = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            WithinWorkspace(field="client", name="activity_event_client_in_workspace"),
            # what was done about an event refers to it by its workspace
            models.UniqueConstraint(fields=["sequence", "workspace"], name="activity_event_id_workspace"),
        ]
        indexes: ClassVar = [
            # every durable consumer, which reads over all workspaces
            models.Index(fields=["transaction", "sequence"], name="activity_event_log"),
            # the integrators' feed and the audit page of one workspace
            models.Index(fields=["workspace", "transaction", "sequence"], name="activity_event_feed"),
            # the timeline of one contact, conversation or deal
            models.Index(fields=["subject_id", "sequence"], name="activity_event_subject"),
            # the audit trail, newest first: all of it; of some types; of a person, a key or a connection; of Parley
            # itself by the name of what acted; of one client. The second is also what a dry run goes through.
            models.Index(fields=["workspace", "occurred_at", "sequence"], name="activity_event_trail"),
            models.Index(fields=["workspace", "type", "occurred_at", "sequence"], name="activity_event_trail_type"),
            models.Index(
                fields=["workspace", "actor_id", "occurred_at", "sequence"],
                condition=Q(actor_id__isnull=False),
                name="activity_event_trail_actor",
            ),
            models.Index(
                fields=["workspace", "actor_name", "occurred_at", "sequence"],
                condition=Q(actor_id=None),
                name="activity_event_trail_itself",
            ),
            models.Index(
                fields=["client", "occurred_at", "sequence"],
                condition=Q(client__isnull=False),
                name="activity_event_trail_client",
            ),
        ]
        triggers: ClassVar = [
            *append_only(worded=("payload",), renumbered=("transaction",), moved=("client_id",)),
            # wakes the live streams (`activity.live`), once for a transaction: PostgreSQL folds equal notices
            pgtrigger.Trigger(
                name="told_live",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                func="PERFORM pg_notify('parley_events', pg_current_xact_id()::text); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.type}"


class Consumer(models.Model):
    """How far a durable reader of the log has come. Its row is locked while a batch is handled."""

    name = models.CharField(max_length=100, primary_key=True)
    transaction = TransactionId(default=0)
    sequence = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class Handled(models.Model):
    """A consumer has done what an event asks for. Written in the transaction of the effect, so that it is done once."""

    consumer = models.CharField(max_length=100)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consumer", "event"], name="activity_handled_once"),
            WithinWorkspace(field="event", name="activity_handled_event_in_workspace"),
        ]


class ReactionSwitch(WorkspaceRow):
    """A built-in reaction that a workspace has switched off (or on again). No row: on."""

    reaction = models.CharField(max_length=60)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "reaction"], name="activity_reactionswitch_once")
        ]


class EventWork(Work):
    """An event that a consumer failed to handle, to be tried again on its own while the consumer goes on."""

    consumer = models.CharField(max_length=100)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")

    class Meta(Work.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consumer", "event"], name="activity_eventwork_once"),
            WithinWorkspace(field="event", name="activity_eventwork_event_in_workspace"),
        ]


class Undo(WorkspaceRow):
    """How to take back what a person just did (`activity.undoing`). Good for ten minutes, once, and for them alone."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    sentence = models.CharField(max_length=300)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)  # the nightly clean-up
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [WithinWorkspace(field="member", name="activity_undo_member_in_workspace")]

    def __str__(self) -> str:
        return self.sentence


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, actor: Actor) -> "RunQuerySet":
        """One's own; for whoever administers the whole workspace, everybody's."""
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.is_admin and actor.clients is None else rows.filter(member=actor.membership)


class Run(Work):
    """Long work that a person started: over many rows, in steps that each commit with the counts and the cursor
    (`activity.runs`). What became of each row stands in `RunRow`."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cursor = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    total = models.PositiveIntegerField(null=True, help_text="How many rows there are to handle, where that is known.")
    done_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True, help_text="When a person stopped it. What was done by then stays.")
    undone_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undoing")

    objects = RunQuerySet.as_manager()

    class Meta(Work.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="activity_run_id_workspace"),
            WithinWorkspace(field="member", name="activity_run_member_in_workspace"),
            WithinWorkspace(field="undone_by", name="activity_run_undone_by_in_workspace"),
        ]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # a person's own, newest first
            models.Index(fields=["member", "-created_at"], name="activity_run_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def handled(self) -> int:
        return self.done_count + self.skipped_count + self.failed_count

    @property
    def is_over(self) -> bool:
        return self.state != Work.State.WAITING


class RunRow(WorkspaceRow):
    """What became of one row of a run. `number` counts from 1 in the order of the work; `before` is what an undo puts
    back."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    subject_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    words = models.TextField(blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints: ClassVar = [
            # a step that was interrupted and is done again counts nothing twice
            models.UniqueConstraint(fields=["run", "number"], name="activity_runrow_once"),
            WithinWorkspace(field="run", name="activity_runrow_run_in_workspace"),
        ]
        indexes: ClassVar = [models.Index(fields=["run", "outcome", "number"], name="activity_runrow_outcome")]
