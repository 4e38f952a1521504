"""`/users`: the people of the workspace. Their ids are what `assigned_to` and `owner` mean."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts import actions
from accounts.models import Membership
from accounts.serializers import UserChange, UserShown
from crm.api.paging import Order, Paging
from crm.api.views import ApiView, Changed, Listed, Read


class UserView(ApiView):
    """The people of the workspace."""

    noun, nouns = "user", "users"
    shows = UserShown

    def rows(self) -> QuerySet[Any]:
        return Membership.objects.visible_to(self.actor).select_related("user").prefetch_related(_access())


def _access() -> "Prefetch[Any]":
    """Which clients each sees by name, of those that are there still. Clients stand above this room."""
    access = Membership._meta.get_field("client_access").related_model
    return Prefetch("client_access", queryset=access._base_manager.filter(client__deleted_at=None))


class Users(Listed, UserView):
    paging = Paging(default=100, order=Order("created_at", descending=False))


class OneUser(Read, Changed, UserView):
    takes_change = UserChange

    def change(self, row: Membership, given: dict[str, Any]) -> None:
        if given:
            actions.set_available(actor=self.actor, membership=row, **given)
