"""The inbox: a list, the thread that is open, and the person it is with. What changes something is in `verbs`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from crm.pages.answers import wants_part
from crm.pages.moments import snooze_choices
from crm.pages.narrowing import Narrowed, narrowed
from inbox import queries
from inbox.channels import Channel
from inbox.filters import ConversationFilters
from inbox.mail import frame
from inbox.models import INTENTS, Attachment, Conversation, Message

PANES = ("thread", "person")
FILTERS = ("search", "channel", "intent")


@require_GET
@page
def inbox(request: PageRequest) -> HttpResponse:
    if wants_part(request):
        return render(request, "inbox/_rows.html", rows_of(request))
    return render(request, "inbox/page.html", list_of(request))


@require_GET
@page
def conversation(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    if wants_part(request):
        template = "inbox/_messages.html" if "earlier" in request.GET else "inbox/_conversation.html"
        return render(request, template, conversation_of(request, opened))
    shown = {**list_of(request), **conversation_of(request, opened)}
    return render(request, "inbox/page.html", shown)


def narrowed_of(request: PageRequest) -> Narrowed[queries.Rows]:
    """What the URL leaves of the list, in all its splits."""
    return narrowed(request, Conversation.objects.visible_to(request.looking), ConversationFilters, FILTERS)


def split_of(request: PageRequest) -> str:
    wanted = request.GET.get("split", "")
    return wanted if wanted in queries.SPLITS else queries.FIRST_SPLIT


def rows_of(request: PageRequest) -> dict[str, Any]:
    left, mark = narrowed_of(request), request.GET.get("more", "")
    return {
        "stretch": queries.conversations(left.rows, split_of(request), mark),
        "split": split_of(request),
        "chosen": left.chosen,
    }


def list_of(request: PageRequest) -> dict[str, Any]:
    return {**rows_of(request), **splits_of(request), "channels": Channel.choices, "intents": INTENTS}


def splits_of(request: PageRequest) -> dict[str, Any]:
    return {"splits": queries.splits(narrowed_of(request).rows, split_of(request))}


def conversation_of(request: PageRequest, opened: Conversation) -> dict[str, Any]:
    wanted = request.GET.get("pane", "")
    return {
        "conversation": opened,
        "pane": wanted if wanted in PANES else "thread",
        "thread": queries.thread(opened, request.GET.get("earlier", "")),
        "person": queries.person(request.actor, opened),
        "intents": INTENTS,
        **choices_of(request, opened),
    }


def choices_of(request: PageRequest, opened: Conversation) -> dict[str, Any]:
    """What the menus offer to who may use them."""
    if not request.actor.can_write:
        return {}
    return {
        "answerers": queries.answerers(request.actor, opened),
        "snooze_choices": snooze_choices(timezone.now()),
    }


@require_GET
@xframe_options_sameorigin
@page
def message_html(request: PageRequest, pk: UUID) -> HttpResponse:
    """The mail as it was laid out, made harmless, for a frame that may run nothing and ask nobody. With `images=shown`
    it asks for its remote images."""
    message = get_object_or_404(Message.objects.visible_to(request.actor).exclude(html=""), pk=pk)
    shown = request.GET.get("images") == "shown"
    pictures = message.attachments.exclude(content_id="").filter(size__lte=frame.MOST_DRAWN)
    inline = frame.drawn(pictures.values_list("content_id", "content"))
    response = HttpResponse(frame.document(message.html, remote_images=shown, inline=inline))
    response.headers["Content-Security-Policy"] = frame.policy(remote_images=shown)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@page
def attachment(request: PageRequest, pk: UUID) -> HttpResponse:
    """Always a download: a file from outside is never shown under our own address."""
    seen = Message.objects.visible_to(request.actor)
    found = get_object_or_404(Attachment, pk=pk, workspace=request.actor.workspace, message__in=seen)
    response = HttpResponse(bytes(found.content), content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=found.name or "attachment")
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
