"""A new contact, by hand."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import actions, editing, queries
from contacts import taking_back as back
from contacts.joining import fields_of
from contacts.models import Contact
from contacts.verbs import kept, on_to
from crm.errors import Conflict, Invalid
from crm.pages.answers import status_of, wants_part
from crm.pages.typed import identifier

FIELDS = ("first_name", "last_name", "email", "phone", "company", "owner", "client_id")


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """The dialog; sent, the contact. What cannot be used is told beside its field, and what was typed stays."""
    request.actor.must_write()
    if request.method != "POST":
        values = {"client_id": str(request.client.pk) if request.client else "", "owner": str(request.actor.id)}
        return _form(request, values)
    values = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        return _created(request, values)
    except Invalid as refusal:
        errors = {name: " ".join(texts) for name, texts in refusal.fields.items()} or {"": refusal.message}
        return _form(request, values, errors, status=status_of(refusal))
    except Conflict as refusal:
        holder = Contact.objects.visible_to(request.actor).filter(pk=refusal.existing).first()
        taken = f"{holder} has this address already." if holder else refusal.message
        return _form(request, values, {"": taken}, holder=holder, status=status_of(refusal))


def _created(request: PageRequest, values: dict[str, str]) -> HttpResponse:
    name = " ".join(values[half] for half in editing.HALVES if values[half])
    too_long = {
        field: [f"At most {most} characters."]
        for field, most in editing.LONGEST.items()
        if len({**values, "name": name}[field]) > most
    }
    if too_long:
        raise Invalid(fields=too_long)
    with transaction.atomic():
        contact = actions.create(
            actor=request.actor,
            client_id=identifier(values["client_id"], "client_id"),
            name=name,
            email=values["email"],
            phone=values["phone"],
            company=values["company"],
            owner_id=identifier(values["owner"], "owner"),
        )
        data = {"id": str(contact.pk), "after": fields_of(contact)}
        undo = offer(request.actor, f"Added {contact}.", kind=back.CREATE, data=data)
    url = f"{reverse('contacts:contact', args=[contact.pk])}{kept(request)}"
    return on_to(request, url, f"Added {contact}.", undo)


def _form(
    request: PageRequest,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    holder: Contact | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {
        "values": values, "errors": errors or {}, "general": (errors or {}).get("", ""), "holder": holder,
        "owners": queries.owners(request.actor),
        "needs_client": request.actor.clients is not None,
    }  # fmt: skip
    template = "contacts/_new.html" if wants_part(request) else "contacts/new.html"
    response = render(request, template, shown, status=status)
    if wants_part(request) and status != 200:
        response.headers["HX-Retarget"] = "#dialog"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
