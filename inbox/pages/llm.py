"""Settings → Intents: setting up the language model that is asked what the local one is unsure of, and trying it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid, Stale
from crm.pages.answers import see, status_of, told, wants_part
from inbox.intents.llm import choosing
from inbox.pages import intents, llm_form


@require_POST
@page
def change(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    try:
        row = choosing.choose(
            actor=request.actor, choice=llm_form.choice(request.POST), version=llm_form.version(request.POST)
        )
    except (Invalid, Stale) as refusal:
        return intents.answer(
            request, llm_form.section(request.actor.workspace, llm_form.typed(request.POST, refusal)), refusal
        )
    words = "Saved. It is asked from now on." if row.enabled else "Saved. It is switched off: nothing is asked."
    return told(request, see(f"{reverse('inbox:intents')}#llm"), words)


@require_POST
@page
def try_it(request: PageRequest) -> HttpResponse:
    """Calls the other side here and now."""
    try:
        works, words, status = True, choosing.try_it(actor=request.actor), 200
    except Conflict as conflict:
        works, words, status = False, conflict.message, status_of(conflict)
    if not wants_part(request):
        return told(request, see(f"{reverse('inbox:intents')}#llm"), words if works else f"It does not work. {words}")
    response = render(request, "inbox/_llm_tried.html", {"works": works, "words": words}, status=status)
    response.headers["HX-Retarget"] = "#llm-tried"
    return response
