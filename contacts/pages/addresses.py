"""The addresses of a contact, on their page."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import actions, holding, queries
from contacts import taking_back as back
from contacts.holding import Taken
from contacts.joining import fields_of
from contacts.models import Contact, Identity
from contacts.verbs import answer
from contacts.views import contact_of
from crm.errors import Conflict, Invalid, Refusal
from crm.pages.answers import sentence, status_of, wants_part


@require_POST
@page
def add(request: PageRequest, pk: UUID) -> HttpResponse:
    kind, text = request.POST.get("kind", ""), request.POST.get("address", "").strip()
    try:
        with transaction.atomic():
            contact = _locked(request, pk)
            added = holding.add(actor=request.actor, contact=contact, kind=kind, text=text)
            words = f"Added {added.value}."
            data = {"id": str(pk), "identity": str(added.pk)}
            undo = offer(request.actor, words, kind=back.ADDED, data=data)
    except (Invalid, Conflict) as refusal:
        return _refused(request, pk, refusal, kind, text)
    return answer(request, pk, words, undo)


@require_POST
@page
def remove(request: PageRequest, pk: UUID, identity_pk: UUID) -> HttpResponse:
    with transaction.atomic():
        contact = _locked(request, pk)
        identity = get_object_or_404(Identity, pk=identity_pk, contact=contact)
        data = {
            "id": str(pk), "kind": identity.kind, "value": identity.value, "written": identity.written,
            "primary": identity.value in (contact.email, contact.phone),
        }  # fmt: skip
        holding.remove(actor=request.actor, contact=contact, identity=identity)
        words = f"Removed {data['value']}."
        undo = offer(request.actor, words, kind=back.REMOVED, data=data)
    return answer(request, pk, words, undo)


@require_POST
@page
def make_primary(request: PageRequest, pk: UUID, identity_pk: UUID) -> HttpResponse:
    with transaction.atomic():
        contact = _locked(request, pk)
        identity = get_object_or_404(Identity, pk=identity_pk, contact=contact, kind__in=("email", "phone"))
        before = fields_of(contact)
        actions.change(actor=request.actor, contact=contact, **{identity.kind: identity.value})
        words = f"{identity.value} is primary now."
        data = {"id": str(pk), "before": before, "after": fields_of(contact)}
        undo = offer(request.actor, words, kind=back.CHANGE, data=data)
    return answer(request, pk, words, undo)


def _locked(request: PageRequest, pk: UUID) -> Contact:
    rows = queries.contact(request.actor).select_related(None).select_for_update(no_key=True)
    return get_object_or_404(rows, pk=pk)


def _refused(request: PageRequest, pk: UUID, refusal: Refusal, kind: str, text: str) -> HttpResponse:
    """The form as it was filled in, with the sentence; and who has the address, to be merged with."""
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    shown = {
        "contact": contact, "typed": {"kind": kind, "address": text}, "address_error": sentence(refusal),
        "holder": refusal.holder if isinstance(refusal, Taken) else None,
    }  # fmt: skip
    if not wants_part(request):
        page_of = {**contact_of(request, contact), **shown}
        return render(request, "contacts/contact.html", page_of, status=status_of(refusal))
    response = render(request, "contacts/_address_new.html", shown, status=status_of(refusal))
    response.headers["HX-Retarget"] = "#address-new"
    response.headers["HX-Reswap"] = "outerHTML"
    return response
