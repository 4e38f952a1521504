"""How deliveries are narrowed, on the page and in the API."""

from activity.types import EventType
from crm.filters import Filters, IdFilter, MomentFilter, OneOfFilter
from webhooks.models import Delivery

STATES = [("waiting", "Waiting"), ("done", "Delivered"), ("dead", "Failed")]


class DeliveryFilters(Filters):
    endpoint_id = IdFilter(field_name="endpoint_id")
    state = OneOfFilter(choices=STATES)
    type = OneOfFilter(choices=[(kind, kind) for kind in EventType.values])
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Delivery
        fields: list[str] = []
