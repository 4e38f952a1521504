"""Keeping what is being written."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.typed import identifier
from inbox.composing import drafts
from inbox.composing.pages import number
from inbox.models import Conversation


@require_POST
@page
def keep(request: PageRequest, pk: UUID) -> HttpResponse:
    """204 where the draft stands now, 205 where none does: it was empty, or sent meanwhile."""
    conversation = get_object_or_404(Conversation.objects.visible_to(request.actor), pk=pk)
    token = identifier(request.POST.get("token", ""), "token")
    request.actor.must_write()
    if token is None:
        raise Invalid("This composer is too old. Reload the page.")
    stands = drafts.keep(
        actor=request.actor, conversation=conversation, kind=request.POST.get("kind", ""),
        body=request.POST.get("body", ""), seen=number(request.POST.get("seen", "")) or 0, token=token,
    )  # fmt: skip
    return HttpResponse(status=204 if stands else 205)
