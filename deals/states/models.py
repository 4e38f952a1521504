"""One row each time that what a deal counts for changes, and each time a stage does: how it stood from then on."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.actors import Actor
from accounts.models import WorkspaceRow
from clients.models import Client
from crm.constraints import WithinWorkspace
from crm.immutable import append_only


class DealStateQuerySet(models.QuerySet["DealState"]):
    def visible_to(self, actor: Actor) -> "DealStateQuerySet":
        """Those of the time at which the deal was the actor's to see: it may have gone to another client since."""
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.clients is None else rows.filter(client__in=actor.clients)

    def at(self, moment: datetime) -> "DealStateQuerySet":
        """How each deal stood just before `moment`: at most one row of each."""
        later = DealState.objects.filter(deal=OuterRef("deal"), number=OuterRef("number") + 1, since__lt=moment)
        return self.filter(~Exists(later), since__lt=moment)


class DealState(WorkspaceRow):
    """`number` counts the states of one deal from 1; no state is older than the one before it. Written by the triggers
    of `deals.states.triggers` alone. client, stage, owner: those of then; the owner may have left for good since."""

    deal = models.ForeignKey("deals.Deal", on_delete=models.PROTECT, related_name="states", db_index=False)
    number = models.PositiveIntegerField()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stage = models.ForeignKey("deals.Stage", on_delete=models.PROTECT, related_name="+", db_index=False)
    value = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    owner_id = models.UUIDField(null=True)
    expected_close_on = models.DateField(null=True)
    on_board = models.BooleanField()
    since = models.DateTimeField()

    objects = DealStateQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # the state before and after each, and the newest that the trigger goes on from
            # (deferrable: the walls are asked first)
            models.UniqueConstraint(
                fields=["deal", "number"], name="deals_dealstate_number", deferrable=models.Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=10**15), name="deals_dealstate_value"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="deals_dealstate_currency"),
            WithinWorkspace(field="deal", name="deals_dealstate_deal_in_workspace"),
            WithinWorkspace(field="client", name="deals_dealstate_client_in_workspace"),
            WithinWorkspace(field="stage", name="deals_dealstate_stage_in_workspace"),
        ]
        indexes: ClassVar = [
            # what changed in a stretch of time
            models.Index(fields=["workspace", "since"], name="deals_dealstate_since"),
        ]
        triggers: ClassVar = append_only()


class StageStateQuerySet(models.QuerySet["StageState"]):
    def of_board(self, actor: Actor) -> "StageStateQuerySet":
        """Of the actor's workspace: its stages are everybody's."""
        return self.filter(workspace=actor.workspace).order_by(F("stage"), F("number"))


class StageState(WorkspaceRow):
    """As `DealState`, of a stage. on_board: it was not retired."""

    stage = models.ForeignKey("deals.Stage", on_delete=models.PROTECT, related_name="states", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField()
    on_board = models.BooleanField()
    since = models.DateTimeField()

    objects = StageStateQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stage", "number"], name="deals_stagestate_number", deferrable=models.Deferrable.IMMEDIATE
            ),
            WithinWorkspace(field="stage", name="deals_stagestate_stage_in_workspace"),
        ]
        triggers: ClassVar = append_only()
