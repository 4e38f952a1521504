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
from crm.pages.answers import see, wants_part
from crm.pages.moments import snooze_choices
from inbox import queries
from inbox.composing.context import thread_of
from inbox.mail import frame
from inbox.models import INTENTS, Attachment, Conversation, Message
from inbox.pages.listing import list_of, rows_of, split_of

PANES = ("thread", "person")


@require_GET
@page
def inbox(request: PageRequest) -> HttpResponse:
    """The list. For htmx, its rows; or what stands beside it while nothing is open."""
    if "" in request.GET.values():
        return see(_without_blanks(request))
    if not wants_part(request):
        return render(request, "inbox/page.html", list_of(request))
    if request.htmx.target == "conversation":
        return render(request, "inbox/_conversation.html")
    return render(request, "inbox/_rows.html", rows_of(request))


def _without_blanks(request: PageRequest) -> str:
    """The same address without what a form left blank."""
    kept = request.GET.copy()
    for name in [name for name, value in request.GET.items() if not value]:
        del kept[name]
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


@require_GET
@page
def conversation(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    if wants_part(request):
        template = "inbox/_messages.html" if "earlier" in request.GET else "inbox/_conversation.html"
        return render(request, template, conversation_of(request, opened))
    shown = {**list_of(request), **conversation_of(request, opened)}
    return render(request, "inbox/page.html", shown)


def conversation_of(request: PageRequest, opened: Conversation) -> dict[str, Any]:
    wanted = request.GET.get("pane", "")
    thread = queries.thread(opened, request.GET.get("earlier", ""))
    return {
        "conversation": opened,
        "pane": wanted if wanted in PANES else "thread",
        "thread": thread,
        **thread_of(request, opened, thread),
        "person": queries.person(request.actor, opened),
        "intents": INTENTS,
        "split": split_of(request),
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
