"""What a person does on the page of a contact. Each answers with the contact as they are now."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from activity.models import Undo
from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import actions, custom, editing, labels, queries, suppression
from contacts import taking_back as back
from contacts.holding import Taken
from contacts.joining import fields_of
from contacts.models import Contact
from contacts.views import contact_of
from crm.errors import Conflict, Invalid
from crm.pages.answers import see, status_of, told, wants_part
from crm.versions import expect

BIGINT_DIGITS = 19


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    """The contact's own fields. What cannot be used is told beside its field, and what was typed stays; what a
    colleague wrote meanwhile too."""
    try:
        with transaction.atomic():
            contact = _locked(request, pk)
            form = editing.typed(_posted(request), contact)
            undo = _change(request, contact, form)
    except (Invalid, Taken) as refusal:
        return _form_refused(request, pk, form, refusal)
    if form.is_conflict:
        return _conflict(request, pk, form)
    return answer(request, pk, "Saved." if undo else "Nothing was changed.", undo)


@require_POST
@page
def fields(request: PageRequest, pk: UUID) -> HttpResponse:
    """The further fields: those typed, a new one, or one less (`drop`)."""
    with transaction.atomic():
        contact = _locked(request, pk)
        request.actor.must_write()
        wanted = custom.edited(
            contact.custom_fields,
            request.POST.getlist("name"),
            request.POST.getlist("value"),
            dropped=request.POST.get("drop", ""),
        )
        undo = _changed(request, contact, "Saved.", custom_fields=wanted)
    return answer(request, pk, "Saved." if undo else "Nothing was changed.", undo)


@require_POST
@page
def label(request: PageRequest, pk: UUID) -> HttpResponse:
    """Put the label `name` on, or with `off` take it off."""
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    on = "off" not in request.POST
    request.actor.must_write()
    with transaction.atomic():
        found = labels.chosen(actor=request.actor, name=request.POST.get("name", ""), make=on)
        _, changing = labels.put_on(actor=request.actor, contact_ids=[contact.pk], label=found, attach=on)
        words = f"Labelled “{found.name}”." if on else f"Took “{found.name}” off."
        data = {"ids": [str(pk)], "label": str(found.pk), "attach": on}
        undo = offer(request.actor, words, kind=back.LABEL, data=data) if changing else None
    return answer(request, pk, words if changing else f"It bears “{found.name}” already.", undo)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        contact = _locked(request, pk)
        expect(contact, _version(request.POST.get("version", "")))
        actions.delete(actor=request.actor, contact=contact)
        undo = offer(request.actor, f"Deleted {contact}.", kind=back.DELETE, data={"id": str(pk)})
    return on_to(request, f"{reverse('contacts:list')}{kept(request)}", f"Deleted {contact}.", undo)


@require_POST
@page
def lift(request: PageRequest, pk: UUID) -> HttpResponse:
    """They may be written to again."""
    with transaction.atomic():
        contact = _locked(request, pk)
        status = contact.status
        lifted = suppression.lift(actor=request.actor, contact=contact)
        rows = [{"kind": one.kind, "value": one.value, "reason": one.reason} for one in lifted]
        words = f"{contact} may be written to again."
        data = {"id": str(pk), "rows": rows, "status": status}
        undo = offer(request.actor, words, kind=back.LIFTED, data=data)
    return answer(request, pk, words, undo)


def _locked(request: PageRequest, pk: UUID) -> Contact:
    # Bare: a joined row that changes while this one waits for its lock would not be found.
    rows = queries.contact(request.actor).select_related(None).select_for_update(no_key=True)
    return get_object_or_404(rows, pk=pk)


def _posted(request: PageRequest) -> dict[str, str]:
    """The halves of a name as one."""
    post = {name: request.POST.get(name, "") for name in request.POST}
    for prefix in ("", "was-"):
        halves = [post[f"{prefix}{half}"].strip() for half in editing.HALVES if f"{prefix}{half}" in post]
        if halves:
            post[f"{prefix}name"] = " ".join(half for half in halves if half)
    return post


def _change(request: PageRequest, contact: Contact, form: editing.Form) -> Undo | None:
    if any(name.startswith("was-") for name in request.POST):
        editing.merged(form, contact)
        if form.is_conflict:
            return None
    else:
        expect(contact, _version(request.POST.get("version", "")))
    request.actor.must_write()
    return _changed(request, contact, "Saved.", **editing.changes(form, contact))


def _changed(request: PageRequest, contact: Contact, words: str, **wanted: Any) -> Undo | None:
    before, version = fields_of(contact), contact.version
    there = {one.pk for one in suppression.of(contact)} if "status" in wanted else set()
    actions.change(actor=request.actor, contact=contact, **wanted)
    if contact.version == version:
        return None
    came = [str(one.pk) for one in suppression.of(contact) if one.pk not in there] if "status" in wanted else []
    data = {"id": str(contact.pk), "before": before, "after": fields_of(contact), "suppressed": came}
    return offer(request.actor, words, kind=back.CHANGE, data=data)


def _form_refused(request: PageRequest, pk: UUID, form: editing.Form, refusal: Invalid | Taken) -> HttpResponse:
    if isinstance(refusal, Taken):
        form.errors = {refusal.kind: refusal.message}
        form.holder = refusal.holder
    else:
        form.errors = {name: " ".join(texts) for name, texts in refusal.fields.items()}
    return _form(request, pk, form, status_of(refusal))


def _conflict(request: PageRequest, pk: UUID, form: editing.Form) -> HttpResponse:
    return _form(request, pk, form, status_of(Conflict("")))


def _form(request: PageRequest, pk: UUID, form: editing.Form, status: int) -> HttpResponse:
    """The form as it was filled in, with what stands in its way. The rest of the page stays as it is."""
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    if not wants_part(request):
        return render(request, "contacts/contact.html", contact_of(request, contact, form), status=status)
    shown = {
        "contact": contact, "form": form, "owners": queries.owners(request.actor, contact.owner_id),
        "statuses": Contact.Status.choices,
    }  # fmt: skip
    response = render(request, "contacts/_edit.html", shown, status=status)
    response.headers["HX-Retarget"] = "#contact-edit"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _version(text: str) -> int | None:
    """The one they read; None where the form has none. One that no contact has had is none that they read."""
    if not text.isdecimal():
        return None
    return int(text) if len(text) < BIGINT_DIGITS else -1


def answer(request: PageRequest, pk: UUID, words: str, undo: Undo | None) -> HttpResponse:
    """The contact as they are now, and what was done in a toast."""
    if not wants_part(request):
        response: HttpResponse = see(f"{reverse('contacts:contact', args=[pk])}{kept(request)}")
    else:
        fresh = get_object_or_404(queries.contact(request.actor), pk=pk)
        response = render(request, "contacts/_contact.html", contact_of(request, fresh))
    return told(request, response, words, undo=undo.pk if undo else None)


def on_to(request: PageRequest, url: str, words: str, undo: Undo | None) -> HttpResponse:
    """Go on to `url`, which says what was done: an answer that is left at once is not read."""
    messages.info(request, words, extra_tags=str(undo.pk if undo else ""))
    return HttpResponseClientRedirect(url) if wants_part(request) else see(url)


def kept(request: PageRequest) -> str:
    return f"?client={request.client.pk}" if request.client else ""
