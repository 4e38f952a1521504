"""What a person does in the inbox. Each answers with the conversation as it is now, or with the one that comes next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from crm.pages.moments import exact
from crm.pages.typed import identifier, moment
from inbox import actions, queries
from inbox.intents.labels import Intent
from inbox.models import INTENTS, Conversation
from inbox.pages.listing import narrowed_of, split_of, splits_of
from inbox.undoing import change_of, offer_back, state_of
from inbox.views import conversation_of


@require_POST
@page
def close(request: PageRequest, pk: UUID) -> HttpResponse:
    return closed(request, pk)


def closed(request: PageRequest, pk: UUID) -> HttpResponse:
    """Close it, and answer with what comes next."""
    return goes(request, _do(request, pk, "Closed.", actions.close))


@require_POST
@page
def reopen(request: PageRequest, pk: UUID) -> HttpResponse:
    return _stays(request, _do(request, pk, "Open again.", actions.reopen))


@require_POST
@page
def snooze(request: PageRequest, pk: UUID) -> HttpResponse:
    """`at`: a time picked by hand, before the choice in `until`."""
    typed = request.POST.get("at") or request.POST.get("until", "")
    until = moment(typed, "until", "Choose when it should come back.")
    return goes(request, _do(request, pk, f"Snoozed until {exact(until)}.", actions.snooze, until=until))


@require_POST
@page
def assign(request: PageRequest, pk: UUID) -> HttpResponse:
    to = actions.assignable(request.actor, identifier(request.POST.get("to", ""), "assigned_to"))
    words = f"Assigned to {to.user}." if to else "Assigned to nobody."
    return _stays(request, _do(request, pk, words, actions.assign, to=to))


@require_POST
@page
def intent(request: PageRequest, pk: UUID) -> HttpResponse:
    wanted = request.POST.get("intent", "")
    if wanted not in list(Intent):
        raise Invalid("Choose one of the six intents.")
    words = f"Corrected to {dict(INTENTS)[wanted].lower()}."
    return _stays(request, _do(request, pk, words, actions.override_intent, intent=wanted))


@require_POST
@page
def read(request: PageRequest, pk: UUID) -> HttpResponse:
    """Sent by the page when it shows the thread: only the row in the list changes."""
    conversation = _do(request, pk, "", actions.mark_read).conversation
    if not wants_part(request):
        return see(_url(request, conversation))
    shown = {"row": conversation, "conversation": conversation, "is_shown": _is_shown(request), **splits_of(request)}
    return render(request, "inbox/_row_swap.html", shown)


@require_POST
@page
def unread(request: PageRequest, pk: UUID) -> HttpResponse:
    """Back to the list: shown on, it would be read again at once."""
    return _answer(request, _do(request, pk, "Marked as unread.", actions.mark_unread), opened=None)


@require_POST
@page
def settle(request: PageRequest, pk: UUID) -> HttpResponse:
    return _stays(request, _do(request, pk, "No reply needed.", actions.no_reply_needed))


@dataclass(frozen=True)
class Done:
    """What was done, in words, and how to take it back: nothing to tell where nothing was changed."""

    conversation: Conversation
    words: str = ""
    undo: UUID | None = None


def _do(request: PageRequest, pk: UUID, words: str, verb: Callable[..., object], **how: Any) -> Done:
    """Do it, while nobody else changes the conversation: what two windows do at once is done one after the other.
    Without `words` it is nothing that one would take back."""
    with transaction.atomic():
        # Bare: a joined row that changes while this one waits for its lock would not be found.
        rows = queries.opened(request.actor).select_related(None).select_for_update(no_key=True)
        conversation = get_object_or_404(rows, pk=pk)
        before = state_of(conversation)
        verb(actor=request.actor, conversation=conversation, **how)
        undo = offer_back(request.actor, words, [change_of(before, conversation)]) if words else None
    return Done(conversation, words if undo else "", undo.pk if undo else None)


def _stays(request: PageRequest, done: Done) -> HttpResponse:
    fresh = queries.opened(request.actor).get(pk=done.conversation.pk)
    return _answer(request, replace(done, conversation=fresh), opened=fresh)


def goes(request: PageRequest, done: Done) -> HttpResponse:
    """It is dealt with: the next one opens."""
    after = queries.following(narrowed_of(request).rows, split_of(request), done.conversation)
    return _answer(request, done, opened=queries.opened(request.actor).get(pk=after.pk) if after else None)


def _answer(request: PageRequest, done: Done, *, opened: Conversation | None) -> HttpResponse:
    url = _url(request, opened)
    response = _swapped(request, done.conversation, opened) if wants_part(request) else see(url)
    if wants_part(request) and opened != done.conversation:
        response.headers["HX-Push-Url"] = url
    return told(request, response, done.words, undo=done.undo) if done.words else response


def _swapped(request: PageRequest, changed: Conversation, opened: Conversation | None) -> HttpResponse:
    left = narrowed_of(request)
    shown: dict[str, Any] = {"row": changed, "conversation": opened, **splits_of(request, left)}
    shown["is_shown"] = _is_shown(request)
    shown["gone"] = opened != changed and not queries.listed(left.rows, split_of(request), changed)
    if opened is not None:
        shown |= conversation_of(request, opened)
    return render(request, "inbox/_answer.html", shown)


def _is_shown(request: PageRequest) -> bool:
    """Whether the list on the page has the row of what is open: else its changes find no place there."""
    return request.headers.get("Parley-Row") != "none"


def _url(request: PageRequest, conversation: Conversation | None) -> str:
    kept = request.GET.copy()
    kept.pop("pane", None)
    path = reverse("inbox:conversation", args=[conversation.pk]) if conversation else reverse("inbox:list")
    return f"{path}?{kept.urlencode()}" if kept else path
