"""The pane about the person one is talking to: their labels and the conversation's, and what happened so far."""

from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.models import Undo
from activity.undoing import Touched, offer
from clients.pages import PageRequest, page
from contacts import labels as their_labels
from contacts import queries as people
from contacts.models import Label
from contacts.taking_back import LABEL
from crm.pages.answers import changed, see, told, wants_part
from inbox import actions, queries
from inbox.models import Conversation
from inbox.undoing import change_of, offer_back, state_of

# What was marked, and how that is taken back: by nothing, where it was so already.
Marked: TypeAlias = tuple[Undo | None, Touched]


@require_GET
@page
def pane(request: PageRequest, pk: UUID) -> HttpResponse:
    """All of it, as it is now."""
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    return render(request, "inbox/_person.html", _person(request, opened))


@require_GET
@page
def timeline(request: PageRequest, pk: UUID) -> HttpResponse:
    """What happened to the person and to all that hangs on them, newest first."""
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    around = people.around(request.actor, opened.contact)
    return render(request, "inbox/_timeline.html", {"events": people.happened(request.actor, opened.contact, around)})


@require_POST
@page
def label(request: PageRequest, pk: UUID) -> HttpResponse:
    """Put the label `name` on, or with `off` take it off: the conversation’s, or with `whose=contact` the person’s."""
    request.actor.must_write()
    on = "off" not in request.POST
    conversation = get_object_or_404(queries.opened(request.actor), pk=pk)
    found = their_labels.chosen(actor=request.actor, name=request.POST.get("name", ""), make=on)
    words = f"Labelled “{found.name}”." if on else f"Took “{found.name}” off."
    mark = _theirs if request.POST.get("whose") == "contact" else _labelled
    undo, touched = mark(request, conversation, found, on=on, words=words)
    return _answer(request, conversation, words, undo, touched)


def _theirs(request: PageRequest, conversation: Conversation, label: Label, *, on: bool, words: str) -> Marked:
    contact = conversation.contact_id
    with transaction.atomic():
        _, changing = their_labels.put_on(actor=request.actor, contact_ids=[contact], label=label, attach=on)
        data = {"ids": [str(contact)], "label": str(label.pk), "attach": on}
        undo = offer(request.actor, words, kind=LABEL, data=data) if changing else None
    return undo, Touched("contact", contact)


def _labelled(request: PageRequest, conversation: Conversation, label: Label, *, on: bool, words: str) -> Marked:
    with transaction.atomic():
        locked = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        before = state_of(locked)
        verb = actions.label if on else actions.unlabel
        did = verb(actor=request.actor, conversation=locked, label=label)
        change = change_of(before, locked, label=(label, on) if did else None)
        undo = offer_back(request.actor, words, [change])
    return undo, Touched("conversation", conversation.pk)


def _answer(
    request: PageRequest, conversation: Conversation, words: str, undo: Undo | None, touched: Touched
) -> HttpResponse:
    if not wants_part(request):
        path = reverse("inbox:conversation", args=[conversation.pk])
        response: HttpResponse = see(f"{path}?{request.GET.urlencode()}" if request.GET else path)
    else:
        response = changed(render(request, "inbox/_labels.html", _person(request, conversation)), touched)
    return told(request, response, words, undo=undo.pk if undo else None)


def _person(request: PageRequest, opened: Conversation) -> dict[str, object]:
    return {"conversation": opened, "person": queries.person(request.actor, opened)}
