"""People: the list, and the page of one. What changes something is in `verbs` and `pages`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from contacts import custom, duplicates, editing, merging, queries, suppression
from contacts.filters import ContactFilters
from contacts.models import Contact, Label, Segment
from contacts.order import ORDERS, chosen
from crm.pages.answers import wants_part
from crm.pages.narrowing import Narrowed, narrowed

FILTERS = ("search", "segment_id", "label", "owner", "status")
BIGINT_DIGITS = 19


@require_GET
@page
def contacts(request: PageRequest) -> HttpResponse:
    template = "contacts/_rows.html" if wants_part(request) else "contacts/page.html"
    shown = list_of(request)
    return render(request, template, shown if wants_part(request) else {**shown, **around_list(request)})


@require_GET
@page
def choices(request: PageRequest) -> HttpResponse:
    """The people a form offers while one types a name."""
    return render(request, "contacts/_choices.html", {"choices": queries.choices(narrowed_of(request).rows)})


@require_GET
@page
def contact(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = get_object_or_404(queries.contact(request.actor), pk=pk)
    template = "contacts/_contact.html" if wants_part(request) else "contacts/contact.html"
    return render(request, template, contact_of(request, opened))


@require_GET
@page
def timeline(request: PageRequest, pk: UUID) -> HttpResponse:
    """What happened earlier than the event whose sequence is `before`."""
    opened = get_object_or_404(queries.contact(request.actor), pk=pk)
    if not wants_part(request):
        return render(request, "contacts/contact.html", contact_of(request, opened))
    return render(request, "contacts/_timeline.html", {"contact": opened, **_events(request, opened)})


def narrowed_of(request: PageRequest) -> Narrowed[queries.Rows]:
    return narrowed(request, Contact.objects.visible_to(request.looking), ContactFilters, FILTERS)


def list_of(request: PageRequest) -> dict[str, Any]:
    left, order = narrowed_of(request), chosen(request.GET.get("sort", ""))
    return {
        "stretch": queries.contacts(left.rows, request.GET.get("more", ""), order),
        "chosen": left.chosen,
        "order": order,
    }


def around_list(request: PageRequest) -> dict[str, Any]:
    """What the head of the list offers."""
    left = narrowed_of(request)
    return {
        "orders": ORDERS.values(),
        "segments": list(Segment.objects.visible_to(request.looking).order_by("name", "pk")),
        "labels": list(Label.objects.visible_to(request.actor)),
        "owners": queries.owners(request.actor),
        "statuses": Contact.Status.choices,
        "active": sum(name != "search" for name in left.chosen),
        "duplicates": duplicates.count(request.looking),
        "most_counted": duplicates.MOST_COUNTED,
    }


def contact_of(request: PageRequest, opened: Contact, form: editing.Form | None = None) -> dict[str, Any]:
    around = queries.around(request.actor, opened)
    return {
        "contact": opened,
        "form": form or editing.shown(opened),
        "identities": queries.identities(opened),
        "labels": list(opened.labels.all()),
        "segments": queries.segments(request.actor, opened),
        "custom": [(name, custom.written(value)) for name, value in sorted(opened.custom_fields.items())],
        "suppressions": suppression.of(opened),
        "merges": merging.active_merges(opened),
        "around": around,
        "owners": queries.owners(request.actor, opened.owner_id),
        "statuses": Contact.Status.choices,
        **_events(request, opened, around),
    }


def _events(request: PageRequest, opened: Contact, around: queries.Around | None = None) -> dict[str, Any]:
    before = request.GET.get("before", "")
    mark = int(before) if before.isdecimal() and len(before) < BIGINT_DIGITS else None
    around = around or queries.around(request.actor, opened)
    events = queries.happened(request.actor, opened, around, before=mark)
    return {"events": events, "earlier": events[-1].sequence if len(events) == queries.TIMELINE else None}
