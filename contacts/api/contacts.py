"""`/contacts`."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from contacts import actions, labels
from contacts.editing import first_and_last
from contacts.filters import ContactFilters
from contacts.models import Contact, Identity
from contacts.serializers import ContactChange, ContactShown, ContactTaken
from crm.api.paging import Order, Paging
from crm.api.views import ApiView, Changed, Created, Deleted, Found, Listed, Read

HALVES = {"first_name", "last_name"}


class ContactView(ApiView):
    """People."""

    noun, nouns = "contact", "contacts"
    shows = ContactShown

    def rows(self) -> QuerySet[Any]:
        identities = Prefetch("identities", Identity.objects.order_by("created_at", "id"))
        return Contact.objects.visible_to(self.actor).defer("search").prefetch_related("labels", identities)


class Contacts(Listed, Created, ContactView):
    """People, newest activity first."""

    filters = ContactFilters
    takes = ContactTaken
    paging = Paging(size="limit", default=50, order=Order("last_activity_at"))

    def create(self, given: dict[str, Any]) -> Any:
        contact = actions.create(actor=self.actor, **fields_of(given))
        _relabel(self.actor, contact, given)
        return contact


class Upsert(Created, ContactView):
    """The person with this e-mail address or phone, changed as told; else a new one."""

    takes = ContactTaken

    def create(self, given: dict[str, Any]) -> Any:
        fields = fields_of(given)
        half = len(HALVES & given.keys()) == 1
        if half:
            del fields["name"]  # the other half is the contact's own
        contact, new = actions.upsert(actor=self.actor, **fields)
        if half:
            actions.change(actor=self.actor, contact=contact, name=fields_of(given, contact)["name"])
        _relabel(self.actor, contact, given)
        return contact if new else Found(contact)


class OneContact(Read, Changed, Deleted, ContactView):
    takes_change = ContactChange

    def change(self, row: Contact, given: dict[str, Any]) -> None:
        actions.change(actor=self.actor, contact=row, **fields_of(given, row))
        _relabel(self.actor, row, given)

    def remove(self, row: Contact) -> None:
        actions.delete(actor=self.actor, contact=row)


def fields_of(given: dict[str, Any], contact: Contact | None = None) -> dict[str, Any]:
    """What the actions take of `given`: the name whole, and without what is not the contact's own field."""
    fields = {name: value for name, value in given.items() if name not in {*HALVES, "tags"}}
    if HALVES & given.keys():
        first, last = first_and_last(contact.name if contact else "")
        fields["name"] = f"{given.get('first_name', first)} {given.get('last_name', last)}".strip()
    return fields


def _relabel(actor: Any, contact: Contact, given: dict[str, Any]) -> None:
    if "tags" in given:
        labels.relabel(actor=actor, contact=contact, names=given["tags"])
