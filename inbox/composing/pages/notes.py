"""Writing a note."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from crm.pages.answers import see, wants_part
from crm.pages.typed import identifier
from inbox import queries
from inbox.composing import notes, thread
from inbox.composing.context import fresh
from inbox.composing.pages import text_of


@require_POST
@page
def write(request: PageRequest, pk: UUID) -> HttpResponse:
    """The note for the end of the thread, and a fresh composer's state."""
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    token = identifier(request.POST.get("token", ""), "token")
    note, _ = notes.write(actor=request.actor, conversation=opened, body=text_of(request), token=token)
    if not wants_part(request):
        return see(reverse("inbox:conversation", args=[pk]))
    drawn = thread.notes_of(request.actor, opened).get(pk=note.pk)
    shown = {
        "conversation": opened,
        "entries": [thread.Entry(drawn.created_at, note=drawn)],
        "compose": fresh(opened),
    }
    return render(request, "inbox/_noted.html", shown)
