"""`/clients` and `/campaigns`."""

from typing import Any

from django.db.models import QuerySet

from clients import actions
from clients.filters import CampaignFilters, ClientFilters
from clients.models import Campaign, Client
from clients.serializers import CampaignChange, CampaignShown, CampaignTaken, ClientShown, ClientTaken
from crm.api.paging import Paging
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read


class ClientView(ApiView):
    """An agency's customers. On the plans Max and Enterprise."""

    noun, nouns = "client", "clients"
    shows = ClientShown

    def rows(self) -> QuerySet[Any]:
        actions.must_have_clients(self.actor)
        return Client.objects.visible_to(self.actor)


class Clients(Listed, Created, ClientView):
    filters = ClientFilters
    takes = ClientTaken
    # MisarMail's clients ask for the list without a page and take it for the whole.
    paging = Paging(default=100)

    def create(self, given: dict[str, Any]) -> Client:
        return actions.create_client(actor=self.actor, **given)


class OneClient(Read, Changed, Deleted, ClientView):
    takes_change = ClientTaken

    def change(self, row: Client, given: dict[str, Any]) -> None:
        actions.change_client(actor=self.actor, client=row, **given)

    def remove(self, row: Client) -> None:
        actions.delete_client(actor=self.actor, client=row)


class CampaignView(ApiView):
    """Where conversations came from."""

    noun, nouns = "campaign", "campaigns"
    shows = CampaignShown

    def rows(self) -> QuerySet[Any]:
        return Campaign.objects.visible_to(self.actor)


class Campaigns(Listed, Created, CampaignView):
    filters = CampaignFilters
    takes = CampaignTaken
    paging = Paging(default=20, most=50)

    def create(self, given: dict[str, Any]) -> Campaign:
        return actions.create_campaign(actor=self.actor, **given)


class OneCampaign(Read, Changed, Deleted, CampaignView):
    takes_change = CampaignChange

    def change(self, row: Campaign, given: dict[str, Any]) -> None:
        actions.change_campaign(actor=self.actor, campaign=row, **given)

    def remove(self, row: Campaign) -> None:
        actions.delete_campaign(actor=self.actor, campaign=row)
