"""How the lists of clients and campaigns are narrowed."""

from clients.models import Campaign
from crm.filters import Filters, IdFilter, OneOfFilter, TextFilter


class ClientFilters(Filters):
    search = TextFilter(field_name="name", lookup_expr="icontains")


class CampaignFilters(Filters):
    status = OneOfFilter(choices=Campaign.Status.choices)
    client_id = IdFilter(field_name="client_id")
    search = TextFilter(field_name="name", lookup_expr="icontains")
