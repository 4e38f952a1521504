"""Answering what a message proposes: each press answers with the strip as it is now, or with the next conversation."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from activity.models import Undo
from activity.undoing import Touched
from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import changed, see, told, wants_part
from crm.pages.moments import exact
from crm.pages.typed import identifier
from inbox import actions, follow_ups, next_steps, queries, referring, undoing
from inbox.models import Conversation
from inbox.next_steps import KINDS, Know, Meet, Part, S, Sleep, Step
from inbox.verbs import Done, goes


@require_POST
@page
def snooze(request: PageRequest, pk: UUID) -> HttpResponse:
    """Until they are back; what comes next opens."""
    opened = found(request, pk)
    with transaction.atomic():
        step = answered(request, opened, Sleep)
        locked = Conversation.objects.get(pk=pk)
        before = undoing.state_of(locked)
        actions.snooze(actor=request.actor, conversation=locked, until=step.at)
        parts: list[Part] = [(undoing.KIND, {"rows": [undoing.change_of(before, locked)]})]
        words = f"Snoozed until {exact(step.at)}."
        undo = next_steps.offer_back(request.actor, words, step, parts)
    return goes(request, Done(locked, words, undo.pk if undo else None))


@require_POST
@page
def follow_up(request: PageRequest, pk: UUID) -> HttpResponse:
    """At the time they named."""
    opened = found(request, pk)
    with transaction.atomic():
        step = answered(request, opened, Meet)
        words, part = planned(request, opened, step)
        undo = next_steps.offer_back(request.actor, words, step, [part])
    return strip(request, opened, words, undo)


@require_POST
@page
def add_person(request: PageRequest, pk: UUID) -> HttpResponse:
    """Whom they named, as a contact of the same client; each shows the other."""
    opened = found(request, pk)
    with transaction.atomic():
        step = answered(request, opened, Know)
        made, parts = referring.add(actor=request.actor, by=opened.contact, named=step.referral)
        words = f"Added {made}."
        undo = next_steps.offer_back(request.actor, words, step, parts)
    return strip(request, opened, words, undo)


@require_POST
@page
def not_now(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = found(request, pk)
    with transaction.atomic():
        step = answered(request, opened, _kind(request), taken=False)
        undo = next_steps.offer_back(request.actor, "Put away.", step, [])
    return strip(request, opened, "Put away.", undo)


def _kind(request: PageRequest) -> type[Step]:
    if (key := request.POST.get("key", "")) not in KINDS:
        raise Invalid("Say which proposal.")
    return KINDS[key]


def found(request: PageRequest, pk: UUID) -> Conversation:
    request.actor.must_write()
    opened: Conversation = get_object_or_404(queries.opened(request.actor), pk=pk)
    return opened


def answered(request: PageRequest, opened: Conversation, kind: type[S], *, taken: bool = True) -> S:
    """The step of the message that the page shows. Raises Conflict where it is no more."""
    message_id = identifier(request.POST.get("message", ""), "message")
    return next_steps.answer(
        actor=request.actor, conversation=opened, kind=kind, message_id=message_id, taken=taken
    )  # fmt: skip


def planned(request: PageRequest, opened: Conversation, step: Meet) -> tuple[str, Part]:
    """A follow-up for oneself, with the words it rests on; what was done, and how it goes away again."""
    made = follow_ups.create(
        actor=request.actor, conversation_id=opened.pk, due_at=step.at, note=f"They wrote: “{step.words}”",
        owner_id=request.actor.id,
    )  # fmt: skip
    part = (follow_ups.KIND, {"id": str(made.pk), "version": made.version, "before": None})
    return f"Follow-up planned for {exact(made.due_at)}.", part


def strip(request: PageRequest, opened: Conversation, words: str, undo: Undo | None, *more: Touched) -> HttpResponse:
    """What is left to propose, while the panes that show what was done are shown anew."""
    if not wants_part(request):
        path = reverse("inbox:conversation", args=[opened.pk])
        response: HttpResponse = see(f"{path}?{request.GET.urlencode()}" if request.GET else path)
    else:
        shown = {"conversation": opened, "steps": shown_steps(request, opened)}
        response = render(request, "inbox/_next_steps.html", shown)
        changed(response, Touched("contact", opened.contact_id), *more)
    return told(request, response, words, undo=undo.pk if undo else None)


def shown_steps(request: PageRequest, opened: Conversation) -> list[Step]:
    return next_steps.steps(request.actor, opened, next_steps.newest(opened))
