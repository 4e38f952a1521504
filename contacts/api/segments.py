"""`/segments`: filters of contacts that are kept under a name."""

from typing import Any

from django.db.models import QuerySet

from contacts import segments
from contacts.filters import SegmentFilters
from contacts.models import Segment
from contacts.serializers import SegmentChange, SegmentShown, SegmentTaken
from crm.api.paging import Order, Paging
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read


class SegmentView(ApiView):
    """Kept filters of contacts. `/contacts?segment_id=` lists who is in one; segment.entered and segment.left tell."""

    noun, nouns = "segment", "segments"
    shows = SegmentShown

    def rows(self) -> QuerySet[Any]:
        return Segment.objects.visible_to(self.actor)


class Segments(Listed, Created, SegmentView):
    filters = SegmentFilters
    takes = SegmentTaken
    paging = Paging(default=100, order=Order("created_at", descending=False))

    def create(self, given: dict[str, Any]) -> Segment:
        return segments.create(actor=self.actor, **given)


class OneSegment(Read, Changed, Deleted, SegmentView):
    takes_change = SegmentChange

    def change(self, row: Segment, given: dict[str, Any]) -> None:
        segments.change(actor=self.actor, segment=row, **given)

    def remove(self, row: Segment) -> None:
        segments.delete(actor=self.actor, segment=row)
