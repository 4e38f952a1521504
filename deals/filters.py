"""How the list of deals is narrowed."""

from typing import Any

from django.db.models import Q

from contacts.filters import PeopleFilters
from crm.errors import Invalid
from crm.filters import IdFilter, IdOrNoneFilter, MomentFilter, OneOfFilter, TextFilter, WholeFilter
from crm.money import is_currency
from deals import health
from deals.stages import keyed


class DealFilters(PeopleFilters):
    """value_min and value_max: in the smallest unit of whatever currency; say `currency` too where there are several.
    updated_after: changed at or after this time, so that nothing is missed between two polls."""

    stage = TextFilter(method="in_stage")
    client_id = IdFilter(field_name="client_id")
    contact_id = IdFilter(field_name="contact_id")
    conversation_id = IdFilter(field_name="conversation_id")
    owner = IdOrNoneFilter(field_name="owner_id")
    health = OneOfFilter(choices=[(name, name) for name in health.ALL])
    value_min = WholeFilter(field_name="value", lookup_expr="gte")
    value_max = WholeFilter(field_name="value", lookup_expr="lte")
    currency = TextFilter(method="in_currency")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")
    search = TextFilter(method="about")

    def in_stage(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(stage=keyed(self.actor.workspace, value))

    def in_currency(self, rows: Any, name: str, value: str) -> Any:
        if not is_currency(value):
            raise Invalid(fields={name: [f"“{value}” is no ISO 4217 currency code, such as EUR."]})
        return rows.filter(currency=value)

    def about(self, rows: Any, name: str, value: str) -> Any:
        query = self.words(value)
        titled = Q(title__icontains=value.strip())
        return rows.filter(titled if query is None else titled | Q(contact__search=query))
