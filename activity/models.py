"""The event log. What happened, in order, for ever; everything that follows from a change reads it here."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import WorkspaceRow
from crm.constraints import WithinWorkspace
from crm.immutable import append_only
from crm.models import Row


class TransactionId(models.Field[int, int]):
    """PostgreSQL's `xid8`: a 64-bit transaction number that does not wrap around."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def from_db_value(self, value: object, expression: object, connection: object) -> int:
        return int(str(value))

    def get_db_prep_value(self, value: object, connection: object, prepared: bool = False) -> str | None:
        return None if value is None else str(value)


class CurrentTransaction(models.Func):
    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionId()


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, actor: Actor) -> "EventQuerySet":
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.clients is None else rows.filter(client__in=actor.clients)


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
        ]
        triggers: ClassVar = append_only(worded=("payload",), renumbered=("transaction",))

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


class Work(Row):
    """A piece of background work as a row: when it is due, who leases it, how often it was tried. Abstract; the
    concrete tables say what it is about. `activity.work` claims, runs and retries it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes: ClassVar = [
            # the sweep: what is due, oldest first
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="%(app_label)s_%(class)s_due")
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
