"""How the lists of people and labels are narrowed."""

from typing import Any
from uuid import UUID

from accounts.actors import Actor
from clients.models import Client
from contacts.addresses import EMAIL, PHONE, address
from contacts.models import Contact, Identity, Segment
from contacts.search import looking_for
from crm.api.fields import read_id
from crm.errors import Invalid
from crm.filters import Filters, IdFilter, IdOrNoneFilter, MomentFilter, OneOfFilter, TextFilter


class LabelFilter(TextFilter):
    """By the id of a label, or by its name."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value in ("", None):
            return qs
        pk = read_id(value)
        return qs.filter(labels=pk) if pk else qs.filter(labels__name__iexact=value.strip())


class PeopleFilters(Filters):
    """Filters that read what was typed as the actor's workspace means it."""

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.actor
        return actor

    def words(self, text: str) -> Any:
        return looking_for(text, region=self.actor.workspace.region)


class ContactFilters(PeopleFilters):
    """updated_after: changed at or after this time, so that nothing is missed between two polls. email and phone: any
    of the person's addresses, not only the first."""

    status = OneOfFilter(choices=Contact.Status.choices)
    segment_id = IdFilter(method="of_segment")
    search = TextFilter(method="named")
    email = TextFilter(field_name=EMAIL, method="reached_at")
    phone = TextFilter(field_name=PHONE, method="reached_at")
    client_id = IdFilter(field_name="client_id")
    owner = IdOrNoneFilter(field_name="owner_id")
    label = LabelFilter()
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")

    def of_segment(self, rows: Any, name: str, value: Any) -> Any:
        segment = Segment.objects.visible_to(self.actor).filter(pk=value).first()
        if segment is None:
            raise Invalid(fields={name: ["There is no segment with this id."]})
        if segment.refreshed_at is not None:
            return rows.filter(memberships__segment=segment)
        # Its members are still being found: its filters are asked themselves.
        rows = rows if segment.client_id is None else rows.filter(client=segment.client_id)
        return type(self)(segment.filters, queryset=rows, request=self.request).applied()

    def named(self, rows: Any, name: str, value: str) -> Any:
        query = self.words(value)
        return rows.none() if query is None else rows.filter(search=query)

    def reached_at(self, rows: Any, name: str, value: str) -> Any:
        # An unescaped plus sign arrives as a space: ?phone=+4930901820.
        text = value.replace(" ", "+", 1) if name == PHONE and value.startswith(" ") else value
        wanted = address(name, text, region=self.actor.workspace.region)
        identities = Identity.objects.filter(wall__in=self._walls(), kind=name, value=wanted.value)
        return rows.filter(pk__in=identities.values("contact"))

    def _walls(self) -> list[UUID]:
        """Where the actor looks: the index on addresses starts there."""
        clients = Client.objects.visible_to(self.actor).values_list("pk", flat=True)
        return [*clients, *([] if self.actor.clients is not None else [self.actor.workspace.pk])]


class SegmentFilters(PeopleFilters):
    search = TextFilter(field_name="name", lookup_expr="icontains")
    client_id = IdFilter(field_name="client_id")


class SuppressionFilters(PeopleFilters):
    """email and phone: this very address, however it is written."""

    search = TextFilter(method="named")
    kind = TextFilter(field_name="kind")
    email = TextFilter(field_name=EMAIL, method="of_address")
    phone = TextFilter(field_name=PHONE, method="of_address")
    client_id = IdFilter(field_name="client_id")

    def named(self, rows: Any, name: str, value: str) -> Any:
        query = self.words(value)
        return rows.none() if query is None else rows.filter(search=query)

    def of_address(self, rows: Any, name: str, value: str) -> Any:
        # An unescaped plus sign arrives as a space: ?phone=+4930901820.
        text = value.replace(" ", "+", 1) if name == PHONE and value.startswith(" ") else value
        wanted = address(name, text, region=self.actor.workspace.region)
        return rows.filter(kind=name, value=wanted.value)


class LabelFilters(Filters):
    search = TextFilter(field_name="name", lookup_expr="icontains")
