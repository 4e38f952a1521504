"""`/contacts` and `/labels`."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.response import Response

from contacts import actions, labels, merging
from contacts.filters import ContactFilters, LabelFilters
from contacts.models import Contact, Identity, Label, Merge
from contacts.serializers import (
    BulkLabelTaken,
    ContactChange,
    ContactShown,
    ContactTaken,
    LabelShown,
    LabelTaken,
    MergeTaken,
    UnmergeTaken,
    first_and_last,
)
from crm.api.idempotency import once
from crm.api.paging import Order, Paging
from crm.api.requests import ApiRequest
from crm.api.schema import COUNT, ID
from crm.api.views import ApiView, Changed, Created, Deleted, Found, Listed, Read, Verb
from crm.errors import Conflict
from crm.references import referred

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


class MergeInto(Verb, ContactView):
    """Join another contact into this one."""

    locks = False
    takes = MergeTaken
    answers = {"POST": {"contact": ContactShown, "merge_id": ID}}

    def act(self, row: Contact, given: dict[str, Any]) -> Mapping[str, Any]:
        people = Contact.objects.visible_to(self.actor)
        loser: Any = referred(people, given["contact_id"], field="contact_id")
        done = merging.merge(actor=self.actor, winner=row, loser=loser)
        return {"contact": self.show(self.row()), "merge_id": str(done.pk)}


class Unmerge(Verb, ContactView):
    """Take a merge apart. What was edited since stays, and `edited_fields` names it."""

    locks = False
    takes = UnmergeTaken
    answers = {
        "POST": {
            "contact": ContactShown,
            "restored": ContactShown,
            "edited_fields": {"type": "array", "items": {"type": "string"}},
        }
    }

    def act(self, row: Contact, given: dict[str, Any]) -> Mapping[str, Any]:
        merges = Merge.objects.filter(winner=row, unmerged_at=None).order_by("-merged_at", "-id")
        done = referred(merges, given.get("merge_id"), field="merge_id") or merges.first()
        if done is None:
            raise Conflict("No contact is merged into this one.", code="not_merged")
        restored, edited = merging.unmerge(actor=self.actor, done=done)
        return {
            "contact": self.show(self.row()),
            "restored": self.show(self.rows().get(pk=restored.pk)),
            "edited_fields": edited,
        }


class BulkLabel(ApiView):
    """Put a label on up to 1,000 contacts, or take it off. `skipped`: those that are not there."""

    takes = BulkLabelTaken
    answers = {"POST": {"applied": COUNT, "unchanged": COUNT, "skipped": COUNT}}

    @once
    def post(self, request: ApiRequest) -> Response:
        given = self.given(self.takes)
        attach = given["operation"] == "attach"
        label = labels.chosen(
            actor=self.actor, label_id=given.get("label_id"), name=given.get("label", ""), make=attach
        )  # fmt: skip
        counts = labels.bulk_label(actor=self.actor, contact_ids=given["contact_ids"], label=label, attach=attach)
        return Response({"success": True, **vars(counts)})


class LabelView(ApiView):
    """What contacts and conversations are marked with."""

    noun, nouns = "label", "labels"
    shows = LabelShown

    def rows(self) -> QuerySet[Any]:
        return Label.objects.visible_to(self.actor)


class Labels(Listed, Created, LabelView):
    filters = LabelFilters
    takes = LabelTaken
    paging = Paging(default=100, order=Order("created_at", descending=False))

    def create(self, given: dict[str, Any]) -> Label:
        return labels.create(actor=self.actor, **given)


class OneLabel(Read, Changed, Deleted, LabelView):
    takes_change = LabelTaken

    def change(self, row: Label, given: dict[str, Any]) -> None:
        labels.change(actor=self.actor, label=row, **given)

    def remove(self, row: Label) -> None:
        labels.delete(actor=self.actor, label=row)


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
