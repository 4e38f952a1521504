"""`/suppressions`: addresses that nothing is sent to any more."""

from typing import Any

from django.db.models import QuerySet

from contacts import stop_list
from contacts.filters import SuppressionFilters
from contacts.models import Suppression
from contacts.serializers import SuppressionShown, SuppressionTaken
from crm.api.views import ApiView, Created, Deleted, Found, Listed, Read


class SuppressionView(ApiView):
    """Addresses that nothing is sent to any more: of each client, and of the workspace itself."""

    noun, nouns = "suppression", "suppressions"
    shows = SuppressionShown

    def rows(self) -> QuerySet[Any]:
        stop_list.must_be_of_team(self.actor)
        return Suppression.objects.visible_to(self.actor).defer("search")


class Suppressions(Listed, Created, SuppressionView):
    filters = SuppressionFilters
    takes = SuppressionTaken

    def create(self, given: dict[str, Any]) -> Any:
        kind = "email" if "email" in given else "phone"
        row, new = stop_list.add_one(
            actor=self.actor, kind=kind, written=given[kind], reason=given.get("reason", ""),
            client_id=given.get("client_id"),
        )  # fmt: skip
        return row if new else Found(row)


class OneSuppression(Read, Deleted, SuppressionView):
    def remove(self, row: Suppression) -> None:
        stop_list.lift(actor=self.actor, suppression=row)
