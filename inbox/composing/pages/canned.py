"""Canned replies: offered in the composer, kept on a page of the settings."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.undoing import offer
from clients.pages import PageRequest, page
from crm.errors import Refusal
from crm.pages.answers import see, sentence, status_of, told, wants_part
from crm.pages.typed import identifier
from inbox.composing import canned, variables
from inbox.composing.models import CannedReply
from inbox.composing.pages import number
from inbox.models import Conversation


@require_GET
@page
def offered(request: PageRequest, pk: UUID) -> HttpResponse:
    """Those that fit this conversation, ready to insert."""
    rows = Conversation.objects.visible_to(request.actor).select_related("contact")
    conversation = get_object_or_404(rows, pk=pk)
    found = canned.for_conversation(request.actor, conversation, request.GET.get("search", ""))
    filled = [(one, variables.fill(one.body, actor=request.actor, contact=conversation.contact)) for one in found]
    return render(request, "inbox/_canned.html", {"offered": filled})


@require_GET
@page
def replies(request: PageRequest) -> HttpResponse:
    return _listed(request)


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    try:
        reply = canned.create(actor=request.actor, **_given(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    return told(request, _back(request), f"“{reply.name}” is there for everybody now.")


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    reply = get_object_or_404(CannedReply.objects.visible_to(request.actor), pk=pk)
    version = number(request.POST.get("version", ""))
    try:
        canned.change(actor=request.actor, reply=reply, version=version, **_given(request))
    except Refusal as refusal:
        return _refused(request, refusal, pk)
    return told(request, _back(request), f"“{reply.name}” is saved.")


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        rows = CannedReply.objects.visible_to(request.actor).select_for_update()
        reply = get_object_or_404(rows, pk=pk)
        words = f"“{reply.name}” is deleted."
        data = canned.delete(actor=request.actor, reply=reply)
        undo = offer(request.actor, words, kind="canned_reply.deleted", data=data)
    return told(request, _back(request), words, undo=undo.pk if undo else None)


def _given(request: PageRequest) -> dict[str, Any]:
    given: dict[str, Any] = {name: request.POST.get(name, "") for name in ("name", "shortcut", "body")}
    return given | {"client_id": identifier(request.POST.get("for", ""), "for")}


def _listed(request: PageRequest, **more: Any) -> HttpResponse:
    rows = CannedReply.objects.visible_to(request.actor).select_related("client").order_by("name", "pk")
    if request.client is not None:  # what can be used in this client's conversations
        rows = rows.filter(Q(client=None) | Q(client=request.client))
    shown = {
        "replies": [(one, canned.may_change(request.actor, one)) for one in rows],
        "variables": [name for name in variables.VARIABLES if request.has_clients or name != "client.name"],
        **more,
    }
    return render(request, "inbox/replies.html", shown, status=more.get("status", 200))


def _refused(request: PageRequest, refusal: Refusal, pk: UUID | None = None) -> HttpResponse:
    """What was typed stays, with the sentence beside it."""
    typed = {name: request.POST.get(name, "") for name in ("name", "shortcut", "body", "for")}
    return _listed(request, typed=typed, typed_for=pk, refusal=sentence(refusal), status=status_of(refusal))


def _back(request: PageRequest) -> HttpResponse:
    return see(reverse("inbox:replies")) if not wants_part(request) else HttpResponse()
