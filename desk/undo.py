"""The Undo of a toast."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from activity import undoing
from clients.pages import PageRequest, page
from crm.pages.answers import back, changed, see, told, wants_part


@require_POST
@page
def take_back(request: PageRequest, pk: UUID) -> HttpResponse:
    """Says what was taken back; whatever shows a row that changed with it shows it anew."""
    undone, touched = undoing.take_back(request.actor, pk)
    response = HttpResponse() if wants_part(request) else see(back(request))
    return changed(told(request, response, f"Taken back: {undone.sentence}"), *touched)
