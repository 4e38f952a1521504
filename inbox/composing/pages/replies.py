"""Sending from the composer, and what became of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, sentence, wants_part
from crm.pages.typed import identifier
from inbox import queries, sending, verbs
from inbox.composing import guard, variables
from inbox.composing.context import Compose, Written, fresh
from inbox.composing.pages import number, text_of
from inbox.composing.thread import Entry
from inbox.models import Conversation, Message
from inbox.pages.listing import list_of, splits_of
from inbox.views import conversation_of


@require_POST
@page
def reply(request: PageRequest, pk: UUID) -> HttpResponse:
    """Send what the composer holds; with `then=close`, the conversation is closed after it and the next one opens."""
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    body, token = text_of(request), identifier(request.POST.get("token", ""), "token")
    gap = variables.left_open(body)
    if gap:
        raise Invalid(f"Fill in {gap} first. Nothing was sent.")
    seen = number(request.POST.get("seen", ""))
    begun = opened.message_count if seen is None else seen
    try:
        message = sending.reply(actor=request.actor, conversation=opened, body=body, seen=seen, token=token)
    except guard.Held as held:
        written = Written(body, token) if token else Written(body)
        compose = Compose("reply", written, Written(), seen=held.position, begun=begun, newer=held.messages)
        return _held(request, opened, compose)
    except guard.OtherWords as other:
        compose = Compose("reply", Written(body), Written(), seen=begun, begun=begun, otherwise=True)
        return _held(request, opened, compose, sentence(other))
    if request.POST.get("then") == "close":
        return _and_close(request, pk)
    return _sent(request, pk, message)


@require_POST
@page
def retry(request: PageRequest, pk: UUID) -> HttpResponse:
    """Send once more what failed."""
    message = _message(request, pk)
    sending.retry(actor=request.actor, message=message, failed=identifier(request.POST.get("failed", ""), "failed"))
    if not wants_part(request):
        return see(reverse("inbox:conversation", args=[message.conversation_id]))
    return state(request, pk)


@require_GET
@page
def state_of(request: PageRequest, pk: UUID) -> HttpResponse:
    return state(request, pk)


def state(request: PageRequest, pk: UUID) -> HttpResponse:
    """What became of one message, drawn anew."""
    return render(request, "inbox/_state.html", {"message": _message(request, pk)})


def _message(request: PageRequest, pk: UUID) -> Message:
    rows = Message.objects.visible_to(request.actor).filter(direction=Message.Direction.OUTBOUND)
    found: Message = get_object_or_404(queries.with_deliveries(rows).select_related("conversation__contact"), pk=pk)
    return found


def _sent(request: PageRequest, pk: UUID, message: Message) -> HttpResponse:
    """The message for the end of the thread; beside it a fresh composer's state, the row and the counts."""
    if not wants_part(request):
        return see(_url(request, pk))
    opened = queries.opened(request.actor).get(pk=pk)
    said = queries.with_deliveries(Message.objects.filter(pk=message.pk)).get()
    shown = {
        "conversation": opened, "row": opened, "is_shown": request.headers.get("Parley-Row") != "none",
        "entries": [Entry(said.occurred_at, message=said)],
        "compose": fresh(opened),
        **splits_of(request),
    }  # fmt: skip
    response = render(request, "inbox/_sent.html", shown)
    return trigger_client_event(response, "refresh", {"target": "#thread-head"})


def _and_close(request: PageRequest, pk: UUID) -> HttpResponse:
    response = verbs.closed(request, pk)
    if wants_part(request):
        response.headers["HX-Retarget"] = "#conversation"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _held(request: PageRequest, opened: Conversation, held: Compose, words: str = "") -> HttpResponse:
    """Nothing was sent: what came in, above the text that stays. A second press sends."""
    shown = {"conversation": opened, "compose": held, "words": words}
    if not wants_part(request):
        now = queries.opened(request.actor).get(pk=opened.pk)
        whole = {**list_of(request), **conversation_of(request, now), **shown, "conversation": now}
        return render(request, "inbox/page.html", whole, status=409)
    response = render(request, "inbox/_held.html", shown, status=409)
    response.headers["HX-Retarget"] = "#guard"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _url(request: PageRequest, pk: UUID) -> str:
    kept = request.GET.copy()
    for name in ("pane", "write"):
        kept.pop(name, None)
    path = reverse("inbox:conversation", args=[pk])
    return f"{path}?{kept.urlencode()}" if kept else path
