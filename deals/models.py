"""Stages, the deals in them, and the record of each step."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from accounts.actors import Actor
from accounts.models import Membership, Workspace, WorkspaceRow
from clients.models import ClientRow, WalledQuerySet
from contacts.models import Contact
from crm.constraints import WithinWall, WithinWorkspace
from crm.immutable import append_only
from crm.models import Versioned
from deals.states.models import DealState, StageState  # noqa: F401  (tables of this app)
from deals.states.triggers import deal_triggers, stage_triggers
from inbox.models import Conversation


class StageQuerySet(models.QuerySet["Stage"]):
    def visible_to(self, actor: Actor) -> "StageQuerySet":
        return self.of(actor.workspace)

    def of(self, workspace: Workspace) -> "StageQuerySet":
        return self.filter(workspace=workspace, retired_at=None)


class Stage(Versioned, WorkspaceRow):
    """A column of the workspace's board. `key` is what the API speaks; `rot_days`: silence until a deal is stalled. One
    that was deleted is retired: the history of its deals goes on naming it."""

    class Kind(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OPEN)
    probability = models.PositiveSmallIntegerField(default=50, help_text="Percent, for the weighted sums.")
    rot_days = models.PositiveSmallIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="deals_stage_key"),
            # deferred, so that two stages can change places in one transaction
            models.UniqueConstraint(
                fields=["workspace", "position"], name="deals_stage_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["id", "workspace"], name="deals_stage_id_workspace"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="deals_stage_probability"),
        ]
        triggers: ClassVar = stage_triggers()

    def __str__(self) -> str:
        return self.name


class ColumnFold(WorkspaceRow):
    """A member folded a column of the board, or unfolded one that is folded unless they say so."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    folded = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "stage"], name="deals_columnfold_once"),
            WithinWorkspace(field="member", name="deals_columnfold_member_in_workspace"),
            WithinWorkspace(field="stage", name="deals_columnfold_stage_in_workspace"),
        ]


class DealQuerySet(WalledQuerySet):
    def visible_to(self, actor: Actor) -> "DealQuerySet":
        return self.ever_visible_to(actor).filter(deleted_at=None)

    def ever_visible_to(self, actor: Actor) -> "DealQuerySet":
        """With those that were taken off the board."""
        return super().visible_to(actor)

    def open(self) -> "DealQuerySet":
        return self.filter(deleted_at=None, stage__kind=Stage.Kind.OPEN)


class Deal(Versioned, ClientRow):
    """An opportunity. `value` in minor units of `currency`; `place` orders its column, smaller is higher."""

    title = models.CharField(max_length=300)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deals")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="deals"
    )
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    place = models.BigIntegerField()
    value = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    notes = models.TextField(blank=True)
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expected_close_on = models.DateField(null=True, blank=True)
    lost_reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    stage_since = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        # A tsvector holds at most 1 MB: what stands further down very long notes is not searched.
        expression=SearchVector("title", Left("notes", 100_000), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = DealQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="deals_deal_id_workspace"),
            # one card in one slot; deferred, so that a crowded column can be spaced out anew in one statement
            models.UniqueConstraint(
                fields=["stage", "place"], name="deals_deal_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=10**15), name="deals_deal_value"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="deals_deal_currency"),
            WithinWall(field="contact", name="deals_deal_contact_within_wall"),
            WithinWall(field="conversation", name="deals_deal_conversation_within_wall"),
            WithinWorkspace(field="stage", name="deals_deal_stage_in_workspace"),
            WithinWorkspace(field="owner", name="deals_deal_owner_in_workspace"),
        ]
        indexes: ClassVar = [
            # the API's list: newest first, of the workspace and of one client
            models.Index(F("workspace"), F("created_at").desc(), F("id").desc(), name="deals_deal_recent"),
            models.Index(F("client"), F("created_at").desc(), F("id").desc(), name="deals_deal_client"),
            # integrators polling by updated_after
            models.Index(fields=["workspace", "updated_at"], name="deals_deal_updated"),
            # a column of one client's board, from the top; the whole team's goes by the unique place
            models.Index(
                fields=["stage", "client", "place"], condition=Q(deleted_at=None), name="deals_deal_client_column"
            ),
            # the heads of the columns: count and sums of each stage and currency, out of the index alone
            models.Index(
                fields=["workspace", "stage", "currency"], include=["value", "client", "owner"],
                condition=Q(deleted_at=None), name="deals_deal_sums",
            ),
            # the reasons that a workspace gives most, offered when a deal is lost
            models.Index(fields=["workspace", "lost_reason"], condition=~Q(lost_reason=""), name="deals_deal_reasons"),
            GinIndex(fields=["search"], name="deals_deal_search"),
        ]  # fmt: skip
        triggers: ClassVar = deal_triggers()

    def __str__(self) -> str:
        return self.title


class StageChange(WorkspaceRow):
    """A deal went from one stage to another. Append-only. What else changed of it meanwhile is in its `DealState`s."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    value = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["changed_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=10**15), name="deals_stagechange_value"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="deals_stagechange_currency"),
            WithinWorkspace(field="deal", name="deals_stagechange_deal_in_workspace"),
            WithinWorkspace(field="from_stage", name="deals_stagechange_from_stage_in_ws"),
            WithinWorkspace(field="to_stage", name="deals_stagechange_to_stage_in_ws"),
        ]
        triggers: ClassVar = append_only()
