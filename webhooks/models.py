"""Addresses that are told what happens here, what each is to be told, and each try to tell it."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import WorkspaceRow
from activity.models import Event
from clients.models import ClientRow, WalledQuerySet
from crm.constraints import WithinWorkspace
from crm.models import Row, SealedField, Versioned, Work


class Endpoint(Versioned, ClientRow):
    """An address of one client, told of that client alone, or of the workspace, told of everything. `secrets`: under
    `secret` what deliveries are signed with; under `previous` and `previous_until` what it replaces, for a while."""

    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    types = ArrayField(models.CharField(max_length=60), default=list, help_text="Empty: every type.")
    secrets = SealedField(default=dict)
    is_active = models.BooleanField(default=True)
    off_words = models.CharField(max_length=300, blank=True, help_text="Why Parley switched it off.")
    failing_since = models.DateTimeField(null=True, help_text="The first failure that no success came after.")

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="webhooks_endpoint_id_workspace"),
        ]

    def __str__(self) -> str:
        return self.description or self.url


class OfEndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(endpoint__in=Endpoint.objects.visible_to(actor))


class Delivery(Work):
    """One event for one endpoint. It is tried by a schedule of its own (`webhooks.sending`), which `tries` counts."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", help_text="None: a test.")
    type = models.CharField(max_length=60)
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, help_text="What was answered last.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfEndpointQuerySet.as_manager()

    class Meta(Work.Meta):
        constraints: ClassVar = [
            # one event is told once, however often it is read from the log
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhooks_delivery_once"),
            models.UniqueConstraint(fields=["id", "workspace"], name="webhooks_delivery_id_workspace"),
            WithinWorkspace(field="endpoint", name="webhooks_delivery_endpoint_in_workspace"),
            WithinWorkspace(field="event", name="webhooks_delivery_event_in_workspace"),
        ]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # an endpoint's log, newest first
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhooks_delivery_log"),
            # the API's list of a workspace
            models.Index(fields=["workspace", "-created_at", "-id"], name="webhooks_delivery_recent"),
            # whether an endpoint is being spoken to already
            models.Index(fields=["endpoint"], condition=Q(state="waiting"), name="webhooks_delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.type} to {self.endpoint_id}"

    @property
    def message_id(self) -> str:
        """The same on every try: what the receiver tells doubles by."""
        return f"msg_{self.pk.hex}"


class Attempt(WorkspaceRow, Row):
    """One try. words: what was answered, or why nothing was."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    status = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [WithinWorkspace(field="delivery", name="webhooks_attempt_delivery_in_workspace")]
