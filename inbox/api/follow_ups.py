"""`/follow_ups`."""

from typing import Any

from django.db.models import QuerySet

from crm.api.paging import Order, Paging
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read
from inbox import follow_ups
from inbox.filters import FollowUpFilters
from inbox.models import FollowUp
from inbox.serializers.follow_ups import FollowUpChange, FollowUpShown, FollowUpTaken


class FollowUpView(ApiView):
    """Promises to do something about a person by a time."""

    noun, nouns = "follow_up", "follow_ups"
    shows = FollowUpShown

    def rows(self) -> QuerySet[Any]:
        return FollowUp.objects.visible_to(self.actor)


class FollowUps(Listed, Created, FollowUpView):
    """Promises to do something about a person by a time, the most urgent first."""

    filters = FollowUpFilters
    takes = FollowUpTaken
    paging = Paging(order=Order("due_at", descending=False))

    def create(self, given: dict[str, Any]) -> FollowUp:
        return follow_ups.create(actor=self.actor, **given)


class OneFollowUp(Read, Changed, Deleted, FollowUpView):
    takes_change = FollowUpChange

    def change(self, row: FollowUp, given: dict[str, Any]) -> None:
        follow_ups.change(actor=self.actor, follow_up=row, **given)

    def remove(self, row: FollowUp) -> None:
        follow_ups.delete(actor=self.actor, follow_up=row)
