"""People: the list, and the page of one. What changes something is in `verbs`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from contacts import queries
from contacts.filters import ContactFilters
from contacts.models import Contact
from crm.pages.answers import wants_part
from crm.pages.narrowing import Narrowed, narrowed

FILTERS = ("search",)


@require_GET
@page
def contacts(request: PageRequest) -> HttpResponse:
    left, mark = narrowed_of(request), request.GET.get("more", "")
    shown = {"stretch": queries.contacts(left.rows, mark), "chosen": left.chosen}
    return render(request, "contacts/_rows.html" if wants_part(request) else "contacts/page.html", shown)


@require_GET
@page
def choices(request: PageRequest) -> HttpResponse:
    """The people a form offers while one types a name."""
    return render(request, "contacts/_choices.html", {"choices": queries.choices(narrowed_of(request).rows)})


@require_GET
@page
def contact(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = get_object_or_404(queries.contact(request.actor), pk=pk)
    return render(request, "contacts/contact.html", contact_of(request, opened))


def narrowed_of(request: PageRequest) -> Narrowed[queries.Rows]:
    return narrowed(request, Contact.objects.visible_to(request.looking), ContactFilters, FILTERS)


def contact_of(request: PageRequest, opened: Contact) -> dict[str, Any]:
    around = queries.around(request.actor, opened)
    return {
        "contact": opened,
        "identities": queries.identities(opened),
        "labels": list(opened.labels.all()),
        "around": around,
        "events": queries.happened(request.actor, opened, around),
        "owners": queries.owners(request.actor),
    }
