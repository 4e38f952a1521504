"""Outside accounts: what came from each, what is to go there, how far its batches have come."""

from typing import Any, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from accounts.actors import Actor
from accounts.models import WorkspaceRow
from clients.models import ClientRow, WalledQuerySet, sided
from crm.constraints import WithinWorkspace
from crm.models import SealedField, Versioned, Work
from integrations import words


class ConnectionQuerySet(WalledQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return super().visible_to(actor).filter(deleted_at=None)


class Connection(Versioned, ClientRow):
    """An account of an outside system, of one client or of the workspace.

    `settings` is what may be shown, `secrets` what may not: the vendor's keys, and under `token` the last part of the
    address that its webhooks go to. Digests of the token, and of the key of a vendor that knocks at one address for all
    (`key_digest`), are what a request is matched with.
    """

    system = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True, help_text="Paused: what comes is kept, and handled later.")
    settings = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    secrets = SealedField(default=dict)
    token_digest = models.CharField(max_length=64, null=True, unique=True)
    key_digest = models.CharField(max_length=64, null=True, unique=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.TextField(blank=True, help_text="One sentence: what is wrong and what to do.")
    refused_count = models.PositiveBigIntegerField(default=0, help_text="Requests whose signature was wrong.")
    refused_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="integrations_connection_id_workspace"),
        ]
        triggers: ClassVar = sided()

    def __str__(self) -> str:
        return self.name


class OfConnectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(connection__in=Connection.objects.visible_to(actor))


class OfConnection(WorkspaceRow):
    """A row that belongs to a connection."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[list[Any]] = [
            WithinWorkspace(field="connection", name="%(app_label)s_%(class)s_connection_in_workspace")
        ]


class SyncRun(OfConnection, Work):
    """One batch: it walks what the outside system lists, page by page, each committed with the cursor, and then
    handles what webhooks should have brought."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly", "Nightly"
        MANUAL = "manual", "By hand"
        POLL = "poll", "Regular look"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MANUAL)
    is_full = models.BooleanField(default=False, help_text="Walks everything, not only what is newer than before.")
    cursor = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    is_walked = models.BooleanField(default=False, help_text="Every page was taken; what was held is handled now.")
    counts = models.JSONField(default=dict, help_text="{stream: {seen, new, changed, same, missing, failed, total}}")
    watermarks = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="Kept once the run is over.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OfConnection.Meta, Work.Meta):
        constraints: ClassVar = [
            *OfConnection.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="integrations_syncrun_id_workspace"),
            # one batch at a time
            models.UniqueConstraint(
                fields=["connection"], condition=Q(state="waiting"), name="integrations_syncrun_one_waiting"
            ),
        ]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # the connection's page: the last ones; and the newest that proves that nothing is missing
            models.Index(fields=["connection", "-created_at"], name="integrations_syncrun_recent"),
        ]


class InboundEvent(OfConnection, Work):
    """What an outside system told us, once, as it came, and what became of it. `due_at` is when it is handled next."""

    class Via(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        BATCH = "batch", "Batch"

    key = models.CharField(max_length=300, help_text="What is the same when the same event comes twice.")
    type = models.CharField(max_length=100)
    via = models.CharField(max_length=10, choices=Via.choices, default=Via.WEBHOOK)
    payload = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes, help_text="As it came, byte by byte; of a batch, nothing.")
    occurred_at = models.DateTimeField(null=True, help_text="The outside system's time.")
    arrived_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=500, blank=True)
    run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, related_name="held")
    is_held = models.BooleanField(default=False, help_text="Found by a batch that is still walking.")

    class Meta(OfConnection.Meta, Work.Meta):
        constraints: ClassVar = [
            *OfConnection.Meta.constraints,
            models.UniqueConstraint(fields=["connection", "key"], name="integrations_inboundevent_once"),
            WithinWorkspace(field="run", name="integrations_inboundevent_run_in_workspace"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state="waiting", is_held=False),
                name="integrations_inboundevent_due",
            ),
            # the connection's page, newest first; and those of one fate
            models.Index(F("connection"), F("arrived_at").desc(), F("id").desc(), name="integrations_inbound_recent"),
            models.Index(
                F("connection"), F("state"), F("arrived_at").desc(), F("id").desc(),
                condition=~Q(state="done"), name="integrations_inbound_open",
            ),
            # what a batch fills, in the order in which it happened there
            models.Index(
                fields=["run", "occurred_at", "id"], condition=Q(is_held=True), name="integrations_inbound_held"
            ),
            # the erasure of a person: what names one of their addresses
            words.index(),
        ]  # fmt: skip


class Push(OfConnection, Work):
    """What is to be told to an outside system about one of our rows. At most one of a kind waits for each subject; one
    more wish while it is being sent (`wishes` grows) has it sent again."""

    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    wishes = models.PositiveIntegerField(default=1)
    round = models.PositiveIntegerField(default=1, help_text="Grows when it is sent anew, with a new idempotency key.")
    wished_at = models.DateTimeField(help_text="When it was asked for first; it is put off by at most 30 s from there.")
    outcome = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OfConnection.Meta, Work.Meta):
        verbose_name_plural = "pushes"
        constraints: ClassVar = [
            *OfConnection.Meta.constraints,
            models.UniqueConstraint(
                fields=["connection", "kind", "subject_id"],
                condition=Q(state="waiting"),
                name="integrations_push_one_waiting",
            ),
        ]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # the connection's page, newest first
            models.Index(F("connection"), F("created_at").desc(), F("id").desc(), name="integrations_push_recent"),
            # those that were given up: how many, and all of them to be sent again
            models.Index(fields=["connection"], condition=Q(state="dead"), name="integrations_push_dead"),
            # what was sent about one row
            models.Index(fields=["subject_id", "created_at"], name="integrations_push_subject"),
        ]

    @property
    def idempotency_key(self) -> str:
        """The same however often this very wish is tried."""
        return f"{self.pk}-{self.round}"


class Link(OfConnection):
    """Which of our rows an outside id means, where the row itself has no place for it: a client, a deal, a label."""

    kind = models.CharField(max_length=30)
    external_id = models.CharField(max_length=300)
    subject_id = models.UUIDField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta(OfConnection.Meta):
        constraints: ClassVar = [
            *OfConnection.Meta.constraints,
            models.UniqueConstraint(fields=["connection", "kind", "external_id"], name="integrations_link_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["connection", "kind", "subject_id"], name="integrations_link_subject"),
            # the erasure of a person: what any connection knows them as
            models.Index(fields=["subject_id"], name="integrations_link_row"),
        ]


class Watermark(OfConnection):
    """How far the batches of a stream have come: the next one begins there."""

    stream = models.CharField(max_length=100)
    value = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta(OfConnection.Meta):
        constraints: ClassVar = [
            *OfConnection.Meta.constraints,
            models.UniqueConstraint(fields=["connection", "stream"], name="integrations_watermark_once"),
        ]
