"""`/deals` and `/stages`."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.response import Response

from crm.api.paging import Order, Paging
from crm.api.requests import ApiRequest
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read, Verb
from deals import actions, stages
from deals.filters import DealFilters
from deals.health import with_health
from deals.models import Deal, Stage, StageChange
from deals.serializers import (
    DealChange,
    DealShown,
    DealTaken,
    MoveTaken,
    StageChangeShown,
    StagePatch,
    StageShown,
    StageTaken,
)


class DealView(ApiView):
    """Opportunities. `value` is a whole number in the smallest unit of `currency`; `stage` is the key of a stage."""

    noun, nouns = "deal", "deals"
    shows = DealShown

    def rows(self) -> QuerySet[Any]:
        rows = Deal.objects.visible_to(self.actor).select_related("contact", "stage", "conversation__identity")
        return with_health(rows.defer("contact__search"), timezone.now())


class Deals(Listed, Created, DealView):
    """Opportunities, newest first."""

    filters = DealFilters
    takes = DealTaken
    # MisarMail's clients ask for the list without a page and take it for the whole.
    paging = Paging(default=100)

    def create(self, given: dict[str, Any]) -> Deal:
        return actions.create(actor=self.actor, **given)


class OneDeal(Read, Changed, Deleted, DealView):
    locks = False  # a column is locked before its deals
    takes_change = DealChange

    def change(self, row: Deal, given: dict[str, Any]) -> None:
        actions.change(actor=self.actor, deal=row, version=self.version_of(row), **given)

    def remove(self, row: Deal) -> None:
        actions.delete(actor=self.actor, deal=row, version=self.version_of(row))


class Move(Verb, DealView):
    """Put the deal into a column, and to a place in it."""

    locks = False
    takes = MoveTaken

    def act(self, row: Deal, given: dict[str, Any]) -> None:
        place = {name: given.get(name) for name in ("before", "after")}
        version = given.get("version", self.version_of(row))
        reason = given.get("lost_reason", "")
        actions.move(actor=self.actor, deal=row, stage=given["stage"], version=version, reason=reason, **place)


class History(Listed):
    """The stages that a deal went through, oldest first."""

    noun, nouns = "step", "history"
    shows = StageChangeShown
    paging = Paging(default=100, order=Order("changed_at", descending=False))

    def rows(self) -> QuerySet[Any]:
        deal = self.row(Deal.objects.visible_to(self.actor), "deal")
        return StageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage")


class StageView(ApiView):
    """The columns of the board. Admins change them."""

    noun, nouns = "stage", "stages"
    shows = StageShown

    def rows(self) -> QuerySet[Any]:
        stages.lay_out(self.actor.workspace)
        return Stage.objects.visible_to(self.actor)


class Stages(Created, StageView):
    """The columns of the board, from left to right. Admins change them."""

    takes = StageTaken
    answers = {"GET": {"stages": [StageShown]}}

    def get(self, request: ApiRequest) -> Response:
        shown = StageShown(self.rows().order_by("position"), many=True).data
        return Response({"success": True, "stages": shown})

    def create(self, given: dict[str, Any]) -> Stage:
        return stages.create(actor=self.actor, **given)


class OneStage(Read, Changed, Deleted, StageView):
    locks = False  # the whole board is locked before one of its stages
    takes_change = StagePatch

    def change(self, row: Stage, given: dict[str, Any]) -> None:
        stages.change(actor=self.actor, stage=row, **given)

    def remove(self, row: Stage) -> None:
        stages.delete(actor=self.actor, stage=row)
