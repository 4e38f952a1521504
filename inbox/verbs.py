"""What a person does in the inbox. Each answers with the conversation as it is now, or with the one that comes next."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, wants_part
from inbox import actions, queries, sending
from inbox.intents.labels import Intent
from inbox.models import Conversation
from inbox.views import conversation_of, narrowed_of, split_of, splits_of


@require_POST
@page
def reply(request: PageRequest, pk: UUID) -> HttpResponse:
    conversation = get_object_or_404(queries.opened(request.actor), pk=pk)
    sending.reply(actor=request.actor, conversation=conversation, body=request.POST.get("body", ""))
    return _stays(request, conversation)


@require_POST
@page
def close(request: PageRequest, pk: UUID) -> HttpResponse:
    with _locked(request, pk) as conversation:
        actions.close(actor=request.actor, conversation=conversation)
    return _goes(request, conversation)


@require_POST
@page
def reopen(request: PageRequest, pk: UUID) -> HttpResponse:
    with _locked(request, pk) as conversation:
        actions.reopen(actor=request.actor, conversation=conversation)
    return _stays(request, conversation)


@require_POST
@page
def snooze(request: PageRequest, pk: UUID) -> HttpResponse:
    with _locked(request, pk) as conversation:
        actions.snooze(actor=request.actor, conversation=conversation, until=_moment(request.POST.get("until", "")))
    return _goes(request, conversation)


@require_POST
@page
def assign(request: PageRequest, pk: UUID) -> HttpResponse:
    to = actions.assignable(request.actor, _id(request.POST.get("to", ""), "assigned_to"))
    with _locked(request, pk) as conversation:
        actions.assign(actor=request.actor, conversation=conversation, to=to)
    return _stays(request, conversation)


@require_POST
@page
def intent(request: PageRequest, pk: UUID) -> HttpResponse:
    wanted = request.POST.get("intent", "")
    if wanted not in list(Intent):
        raise Invalid("Choose one of the six intents.")
    with _locked(request, pk) as conversation:
        actions.override_intent(actor=request.actor, conversation=conversation, intent=wanted)
    return _stays(request, conversation)


@require_POST
@page
def read(request: PageRequest, pk: UUID) -> HttpResponse:
    """Sent by the page when it shows the thread: only the row in the list changes."""
    with _locked(request, pk) as conversation:
        actions.mark_read(actor=request.actor, conversation=conversation)
    if not wants_part(request):
        return see(_url(request, conversation))
    return render(
        request, "inbox/_row_swap.html", {"row": conversation, "conversation": conversation, **splits_of(request)}
    )


@require_POST
@page
def unread(request: PageRequest, pk: UUID) -> HttpResponse:
    """Back to the list: shown on, it would be read again at once."""
    with _locked(request, pk) as conversation:
        actions.mark_unread(actor=request.actor, conversation=conversation)
    return _answer(request, conversation, opened=None)


@require_POST
@page
def settle(request: PageRequest, pk: UUID) -> HttpResponse:
    with _locked(request, pk) as conversation:
        actions.no_reply_needed(actor=request.actor, conversation=conversation)
    return _stays(request, conversation)


@contextmanager
def _locked(request: PageRequest, pk: UUID) -> Iterator[Conversation]:
    """The conversation, while nobody else changes it: what two windows do at once is done one after the other."""
    with transaction.atomic():
        # Bare: a joined row that changes while this one waits for its lock would not be found.
        rows = queries.opened(request.actor).select_related(None).select_for_update(no_key=True)
        yield get_object_or_404(rows, pk=pk)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose when it should come back.") from None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _id(text: str, field: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={field: ["This is not an id."]}) from None


def _stays(request: PageRequest, conversation: Conversation) -> HttpResponse:
    fresh = queries.opened(request.actor).get(pk=conversation.pk)
    return _answer(request, fresh, opened=fresh)


def _goes(request: PageRequest, conversation: Conversation) -> HttpResponse:
    """It is dealt with: the next one opens."""
    after = queries.following(narrowed_of(request).rows, split_of(request), conversation)
    return _answer(request, conversation, opened=queries.opened(request.actor).get(pk=after.pk) if after else None)


def _answer(request: PageRequest, changed: Conversation, *, opened: Conversation | None) -> HttpResponse:
    url = _url(request, opened)
    if not wants_part(request):
        return see(url)
    shown: dict[str, Any] = {"row": changed, "conversation": opened, **splits_of(request)}
    rows = narrowed_of(request).rows
    shown["gone"] = opened != changed and not queries.listed(rows, split_of(request), changed)
    if opened is not None:
        shown |= conversation_of(request, opened)
    response = render(request, "inbox/_answer.html", shown)
    if opened != changed:
        response.headers["HX-Push-Url"] = url
    return response


def _url(request: PageRequest, conversation: Conversation | None) -> str:
    kept = request.GET.copy()
    kept.pop("pane", None)
    path = reverse("inbox:conversation", args=[conversation.pk]) if conversation else reverse("inbox:list")
    return f"{path}?{kept.urlencode()}" if kept else path
