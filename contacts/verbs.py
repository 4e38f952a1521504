"""What a person does on the page of a contact."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from contacts import actions, labels, queries
from contacts.models import Contact
from contacts.views import contact_of
from crm.errors import Invalid
from crm.pages.answers import see, wants_part
from crm.versions import expect

FIELDS = ("name", "email", "phone", "company")
LONGEST = {"name": 300, "company": 300}
BIGINT_DIGITS = 19


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    typed: dict[str, object] = {name: _text(name, request.POST[name]) for name in FIELDS if name in request.POST}
    if "owner" in request.POST:
        typed["owner_id"] = _owner(request.POST["owner"])
    version = _version(request.POST.get("version", ""))
    with transaction.atomic():
        # Bare: a joined row that changes while this one waits for its lock would not be found.
        rows = queries.contact(request.actor).select_related(None).select_for_update(no_key=True)
        contact = get_object_or_404(rows, pk=pk)
        expect(contact, version)
        actions.change(actor=request.actor, contact=contact, **typed)
    return _answer(request, contact)


@require_POST
@page
def label(request: PageRequest, pk: UUID) -> HttpResponse:
    """Put the label `name` on, or with `off` take it off."""
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    request.actor.must_write()
    found = labels.named(actor=request.actor, name=request.POST.get("name", ""))
    labels.bulk_label(
        actor=request.actor, contact_ids=[contact.pk], label=found, attach="off" not in request.POST
    )  # fmt: skip
    return _answer(request, contact)


def _text(name: str, text: str) -> str:
    """Addresses have rules of their own, further in."""
    text = text.strip()
    longest = LONGEST.get(name)
    if longest is not None and len(text) > longest:
        raise Invalid(fields={name: [f"At most {longest} characters."]})
    return text


def _version(text: str) -> int | None:
    """The one they read; None where the form has none. One that no contact has had is none that they read."""
    if not text.isdecimal():
        return None
    return int(text) if len(text) < BIGINT_DIGITS else -1


def _owner(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={"owner": ["This is not an id."]}) from None


def _answer(request: PageRequest, contact: Contact) -> HttpResponse:
    if not wants_part(request):
        return see(f"{reverse('contacts:contact', args=[contact.pk])}{_kept(request)}")
    fresh = queries.contact(request.actor).get(pk=contact.pk)
    return render(request, "contacts/_contact.html", {**contact_of(request, fresh), "saved": True})


def _kept(request: PageRequest) -> str:
    return f"?client={request.client.pk}" if request.client else ""
