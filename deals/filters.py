"""How the list of deals is narrowed."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils import timezone

from contacts.filters import PeopleFilters
from contacts.models import Contact
from crm import money
from crm.errors import Invalid
from crm.filters import IdFilter, IdOrNoneFilter, MomentFilter, OneOfFilter, TextFilter, WholeFilter
from crm.money import is_currency
from deals import health
from deals.models import Deal
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
        if query is None:
            return rows.filter(title__icontains=value.strip())
        named = Contact.objects.filter(workspace=self.actor.workspace, search=query)
        said = Deal.objects.filter(workspace=self.actor.workspace, search=query)
        # Each by its own index: one OR over two tables would read them whole.
        return rows.filter(Q(pk__in=said.values("pk")) | Q(contact__in=named.values("pk")))


class BoardFilters(DealFilters):
    """amount_min and amount_max: as a person writes them, in whole units of each deal's own currency."""

    label = IdFilter(field_name="contact__labels")
    amount_min = TextFilter(method="at_least")
    amount_max = TextFilter(method="at_most")

    def filter_queryset(self, queryset: Any) -> Any:
        if self.form.cleaned_data.get("health"):
            queryset = health.with_health(queryset, timezone.now())
        return super().filter_queryset(queryset)

    def at_least(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(_bounded(name, value, "gte"))

    def at_most(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(_bounded(name, value, "lte"))


def _bounded(name: str, typed: str, side: str) -> Q:
    """The bound in the smallest units of each currency: ¥1000 is 1000 of them, €1000 is 100,000."""
    try:
        amount = money.major(money.minor(typed, "EUR"), "EUR")
    except ValueError:
        raise Invalid(fields={name: [f"“{typed.strip()}” is not an amount: write it like 1250.50."]}) from None
    bound = f"value__{side}"
    others = money.unusual()
    usual = ~Q(currency__in=[code for codes in others.values() for code in codes])
    return reduce(
        or_,
        (Q(currency__in=codes) & Q(**{bound: amount.scaleb(digits)}) for digits, codes in others.items()),
        usual & Q(**{bound: amount.scaleb(money.USUAL)}),
    )
