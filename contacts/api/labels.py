"""`/labels`, and one label on many contacts at once."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from contacts import labels
from contacts.filters import LabelFilters
from contacts.models import Label
from contacts.serializers import BulkLabelTaken, LabelShown, LabelTaken
from crm.api.idempotency import once
from crm.api.paging import Order, Paging
from crm.api.requests import ApiRequest
from crm.api.schema import COUNT
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read


class LabelView(ApiView):
    """What contacts and conversations are marked with."""

    noun, nouns = "label", "labels"
    shows = LabelShown

    def rows(self) -> QuerySet[Any]:
        return Label.objects.visible_to(self.actor)


class Labels(Listed, Created, LabelView):
    filters = LabelFilters
    takes = LabelTaken
    paging = Paging(default=100, order=Order("created_at", descending=False))

    def create(self, given: dict[str, Any]) -> Label:
        return labels.create(actor=self.actor, **given)


class OneLabel(Read, Changed, Deleted, LabelView):
    takes_change = LabelTaken

    def change(self, row: Label, given: dict[str, Any]) -> None:
        labels.change(actor=self.actor, label=row, **given)

    def remove(self, row: Label) -> None:
        labels.delete(actor=self.actor, label=row)


class BulkLabel(ApiView):
    """Put a label on up to 1,000 contacts, or take it off. `skipped`: those that are not there."""

    takes = BulkLabelTaken
    answers = {"POST": {"applied": COUNT, "unchanged": COUNT, "skipped": COUNT}}

    @once
    def post(self, request: ApiRequest) -> Response:
        given = self.given(self.takes)
        attach = given["operation"] == "attach"
        label = labels.chosen(
            actor=self.actor, label_id=given.get("label_id"), name=given.get("label", ""), make=attach
        )  # fmt: skip
        counts = labels.bulk_label(actor=self.actor, contact_ids=given["contact_ids"], label=label, attach=attach)
        return Response({"success": True, **vars(counts)})
