"""Follow-ups on the pages: beside a thread, on a contact and in Today. Each answers with the follow-up as it is now."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.models import Undo
from activity.undoing import Touched
from clients.pages import PageRequest, page
from contacts.models import Contact
from crm.errors import Invalid
from crm.pages.answers import changed, see, told, wants_part
from crm.pages.typed import identifier, moment
from inbox import follow_ups, queries
from inbox.models import FollowUp

LONGEST = 2000


@require_GET
@page
def listed(request: PageRequest, contact_pk: UUID) -> HttpResponse:
    """What is still to be done about a person."""
    contact = get_object_or_404(Contact.objects.visible_to(request.actor), pk=contact_pk)
    shown = {"follow_ups": queries.follow_ups(request.actor, contact)}
    return render(request, "inbox/_follow_ups.html", shown)


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    """For oneself, unless `owner` is given. `at`: a time picked by hand, before the choice in `due_at`."""
    with transaction.atomic():
        made = follow_ups.create(
            actor=request.actor,
            contact_id=identifier(request.POST.get("contact", ""), "contact"),
            conversation_id=identifier(request.POST.get("conversation", ""), "conversation"),
            due_at=_due(request.POST.get("at") or request.POST.get("due_at", "")),
            note=_note(request.POST.get("note", "")),
            owner_id=identifier(request.POST["owner"], "owner") if "owner" in request.POST else request.actor.id,
        )
        undo = follow_ups.offer_back(request.actor, "Follow-up planned.", made, None)
    return _answer(request, made, "Follow-up planned.", undo)


@require_POST
@page
def done(request: PageRequest, pk: UUID) -> HttpResponse:
    """It is done; with `off`, it is to be done after all."""
    over = "off" not in request.POST
    return _changed(request, pk, "Follow-up done." if over else "Follow-up reopened.", done=over)


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    """Another time, note or owner: whichever of them is given."""
    given: dict[str, Any] = {}
    if "due_at" in request.POST:
        given["due_at"] = _due(request.POST["due_at"])
    if "note" in request.POST:
        given["note"] = _note(request.POST["note"])
    if "owner" in request.POST:
        given["owner_id"] = identifier(request.POST["owner"], "owner")
    return _changed(request, pk, "Follow-up changed.", **given)


def _changed(request: PageRequest, pk: UUID, words: str, **fields: Any) -> HttpResponse:
    with transaction.atomic():
        rows = FollowUp.objects.visible_to(request.actor).select_for_update(no_key=True)
        follow_up = get_object_or_404(rows, pk=pk)
        before, version = follow_ups.state_of(follow_up), follow_up.version
        follow_ups.change(actor=request.actor, follow_up=follow_up, **fields)
        is_new = follow_up.version != version
        undo = follow_ups.offer_back(request.actor, words, follow_up, before) if is_new else None
    return _answer(request, follow_up, words, undo)


def _answer(request: PageRequest, follow_up: FollowUp, words: str, undo: Undo | None) -> HttpResponse:
    if wants_part(request):
        fresh = queries.follow_up(request.actor).get(pk=follow_up.pk)
        response = render(request, "inbox/_follow_up.html", {"follow_up": fresh})
        changed(response, Touched("follow_up", follow_up.pk))
    else:
        response = see(_back(request, follow_up))
    return told(request, response, words, undo=undo.pk if undo else None)


def _back(request: PageRequest, follow_up: FollowUp) -> str:
    """The thread it is about, else the person."""
    if follow_up.conversation_id:
        path = reverse("inbox:conversation", args=[follow_up.conversation_id])
    else:
        path = reverse("contacts:contact", args=[follow_up.contact_id])
    return f"{path}?{request.GET.urlencode()}" if request.GET else path


def _due(text: str) -> datetime:
    return moment(text, "due_at", "Say when it is due.")


def _note(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid(fields={"note": [f"At most {LONGEST:,} characters."]})
    return text
