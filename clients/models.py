"""An agency's customers, where their conversations come from, and who may see which."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from crm.constraints import WithinWorkspace
from crm.models import Versioned


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, actor: Actor) -> "ClientQuerySet":
        rows = self.filter(workspace=actor.workspace, deleted_at=None)
        return rows if actor.clients is None else rows.filter(pk__in=actor.clients)


class Client(Versioned, WorkspaceRow):
    """A customer of the agency. A deleted one keeps its history, hidden from every list and from its own people."""

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    notes = models.TextField(blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="clients_client_id_workspace"),
            # two clients of one name in the switcher could not be told apart
            models.UniqueConstraint(
                "workspace", models.functions.Lower("name"), condition=Q(deleted_at=None), name="clients_client_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClientAccess(WorkspaceRow):
    """A member without `all_clients` may see this client."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="client_access")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="access")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "client"], name="clients_clientaccess_once"),
            WithinWorkspace(field="membership", name="clients_clientaccess_membership_in_workspace"),
            WithinWorkspace(field="client", name="clients_clientaccess_client_in_workspace"),
        ]


class ClientRow(WorkspaceRow):
    """A row of one client, or of the workspace itself where `client` is empty. `wall` is whichever of the two it is:
    what the database compares so that nothing of one client hangs on another's (`crm.constraints.WithinWall`)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wall = models.GeneratedField(
        expression=Coalesce(F("client"), F("workspace")), output_field=models.UUIDField(), db_persist=True
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["id", "wall"], name="%(app_label)s_%(class)s_id_wall"),
            WithinWorkspace(field="client", name="%(app_label)s_%(class)s_client_in_workspace"),
        ]


class WalledQuerySet(models.QuerySet[Any]):
    """Rows of a `ClientRow` model, seen by an actor."""

    def visible_to(self, actor: Actor) -> Self:
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.clients is None else rows.filter(client__in=actor.clients)


class Campaign(Versioned, ClientRow):
    """Where conversations came from."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        SENT = "sent", "Sent"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=998, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.RUNNING)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint("wall", models.functions.Lower("name"), name="clients_campaign_name"),
        ]

    def __str__(self) -> str:
        return self.name
