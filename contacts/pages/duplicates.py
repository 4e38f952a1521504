"""The likely duplicates, to look through."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import duplicates
from contacts import taking_back as back
from contacts.models import Likeness
from contacts.verbs import kept
from crm.pages.answers import see, told, wants_part


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    shown = {"proposals": duplicates.page(request.looking, request.GET.get("more", ""))}
    template = "contacts/_pairs.html" if wants_part(request) else "contacts/duplicates.html"
    return render(request, template, shown)


@require_POST
@page
def dismiss(request: PageRequest, pk: UUID) -> HttpResponse:
    """They are two people: the pair leaves the page, and is never proposed again."""
    with transaction.atomic():
        pair = get_object_or_404(Likeness.objects.visible_to(request.actor), pk=pk)
        duplicates.dismiss(actor=request.actor, pair=pair)
        words = "They stay two people."
        undo = offer(request.actor, words, kind=back.DISMISSED, data={"pair": str(pk)})
    url = f"{reverse('contacts:duplicates')}{kept(request)}"
    response: HttpResponse = HttpResponse() if wants_part(request) else see(url)
    return told(request, response, words, undo=undo.pk if undo else None)
