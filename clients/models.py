"""An agency's customers, where their conversations come from, and who may see which."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from crm.constraints import WithinWorkspace
from crm.immutable import MOVE_CLIENT, SWITCH
from crm.models import Versioned

SIDES = "clients_side"


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


class Side(WorkspaceRow):
    """On which side of the wall a campaign or a connection stands: what hangs on one refers to it together with this
    (`crm.constraints.WithinSides`). Written by triggers alone. There are two of one subject only while its client's
    rows are on their way elsewhere: the old one cannot go before the last of them has."""

    subject_id = models.UUIDField()
    wall = models.UUIDField()

    class Meta:
        db_table = SIDES
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject_id", "wall"], name="clients_side_once")]


def sided() -> list[pgtrigger.Trigger]:
    """Triggers for a table of subjects whose sides stand in `Side`. A row stays on its side but for the switch."""
    return [
        pgtrigger.Trigger(
            name="stands_on_its_side",
            operation=pgtrigger.Insert | pgtrigger.Update,
            when=pgtrigger.After,
            func=f"""
                IF TG_OP = 'UPDATE' AND NEW.wall IS NOT DISTINCT FROM OLD.wall THEN RETURN NULL; END IF;
                IF TG_OP = 'UPDATE' AND current_setting('{SWITCH}', true) IS DISTINCT FROM '{MOVE_CLIENT}' THEN
                    RAISE EXCEPTION 'rows of % stay with their client', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                INSERT INTO {SIDES} (id, workspace_id, subject_id, wall)
                VALUES (gen_random_uuid(), NEW.workspace_id, NEW.id, NEW.wall) ON CONFLICT DO NOTHING;
                RETURN NULL;
            """,  # noqa: S608  (a table of our own)
        ),
        pgtrigger.Trigger(
            name="leaves_its_sides",
            operation=pgtrigger.Delete,
            when=pgtrigger.After,
            func=f"DELETE FROM {SIDES} WHERE subject_id = OLD.id; RETURN NULL;",  # noqa: S608
        ),
    ]


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
        triggers: ClassVar = sided()

    def __str__(self) -> str:
        return self.name


from clients.leaving.models import ExportPart, Leaving  # noqa: E402, F401  (tables of this app, made of those above)
