"""People: the list, and the page of one. What changes something is in `verbs`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from contacts import queries
from contacts.models import Contact
from crm.pages.answers import wants_part


@require_GET
@page
def contacts(request: PageRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()
    shown = {"stretch": queries.contacts(request.looking, text, request.GET.get("more", "")), "text": text}
    return render(request, "contacts/_rows.html" if wants_part(request) else "contacts/page.html", shown)


@require_GET
@page
def choices(request: PageRequest) -> HttpResponse:
    """The people a form offers while one types a name."""
    found = queries.choices(request.looking, request.GET.get("person", ""))
    return render(request, "contacts/_choices.html", {"choices": found})


@require_GET
@page
def contact(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = get_object_or_404(queries.contact(request.actor), pk=pk)
    return render(request, "contacts/contact.html", contact_of(request, opened))


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
