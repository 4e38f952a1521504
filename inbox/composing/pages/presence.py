"""Who else is there, and what came in while one looks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from activity.live import announce
from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.typed import YEARS, identifier, instant
from inbox import queries
from inbox.composing import guard, notes, presence, thread
from inbox.composing.context import Compose, Written
from inbox.composing.pages import number
from inbox.models import Conversation

# Notes are asked for from a little earlier than the page was drawn: its clock is not the database's.
OVERLAP = timedelta(minutes=1)


@require_POST
@page
def beat(request: PageRequest, pk: UUID) -> HttpResponse:
    """One looks at it, now. Answers with who else does."""
    conversation = _seen(request, pk)
    news = presence.beat(
        actor=request.actor, conversation=conversation, window=_window(request), writing="writing" in request.POST
    )
    notes.see_mentions(actor=request.actor, conversation=conversation)
    if news:
        _announce(request, conversation)
    return _others(request, conversation)


@require_POST
@page
def leave(request: PageRequest, pk: UUID) -> HttpResponse:
    """One looks at something else; up to `position` it was read."""
    conversation = _seen(request, pk)
    position = number(request.POST.get("position", ""))
    if presence.leave(
        actor=request.actor, conversation=conversation, window=_window(request), position=position
    ):  # fmt: skip
        _announce(request, conversation)
    return HttpResponse(status=204)


@require_GET
@page
def others(request: PageRequest, pk: UUID) -> HttpResponse:
    return _others(request, _seen(request, pk))


@require_GET
@page
def since(request: PageRequest, pk: UUID) -> HttpResponse:
    """What was said and noted after `position` and `at`, for the end of the thread; and with `writing`, the guard's
    notice of it."""
    conversation = get_object_or_404(queries.opened(request.actor), pk=pk)
    position = number(request.GET.get("position", ""))
    if position is None:
        raise Invalid("Say from which position on.")
    shown: dict[str, Any] = {
        "conversation": conversation,
        "entries": thread.since(request.actor, conversation, position, _at(request) - OVERLAP),
    }
    if request.actor.can_write:
        shown["compose"] = _composing(request, conversation, position)
    response = render(request, "inbox/_since.html", shown)
    response.headers["Parley-Position"] = str(max(position, conversation.message_count))
    response.headers["Parley-At"] = timezone.now().isoformat()
    return response


def _composing(request: PageRequest, conversation: Conversation, position: int) -> Compose:
    """A reply that is being written is held by what came in since it was begun; an empty one begins here."""
    token = identifier(request.GET.get("token", ""), "token")
    reply = Written(token=token) if token else Written()
    here = conversation.message_count
    begun = number(request.GET.get("begun", "")) if "writing" in request.GET else here
    begun = position if begun is None else begun
    newer = guard.written_since(request.actor, conversation, begun)
    return Compose("reply", reply, Written(), seen=here, begun=begun, newer=newer)


def _seen(request: PageRequest, pk: UUID) -> Conversation:
    found: Conversation = get_object_or_404(Conversation.objects.visible_to(request.actor), pk=pk)
    return found


def _window(request: PageRequest) -> UUID:
    window = identifier(request.POST.get("window", ""), "window")
    request.actor.must_write()
    if window is None:
        raise Invalid("Say which window.")
    return window


def _at(request: PageRequest) -> datetime:
    at = instant(request.GET.get("at", ""))
    return at if at is not None and at.year in YEARS else timezone.now()


def _announce(request: PageRequest, conversation: Conversation) -> None:
    announce(
        conversation.workspace_id, conversation.client_id,
        type="presence.changed", subject="presence", id=conversation.pk, by=request.actor.id,
    )  # fmt: skip


def _others(request: PageRequest, conversation: Conversation) -> HttpResponse:
    shown = {"conversation": conversation, "others": presence.others(request.actor, conversation)}
    return render(request, "inbox/_presence.html", shown)
