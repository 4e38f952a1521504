"""One verb over many rows of the list: those that are ticked, or all that match."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.undoing import Touched
from clients.pages import PageRequest, page
from crm.pages.answers import changed, see, told, wants_part
from crm.pages.typed import identifier
from inbox import bulk
from inbox.deeds import deed
from inbox.pages.listing import chosen_of, rows_of, split_of, splits_of

ASKED = ("do", "until", "at", "to", "label", "unlabel")


@require_GET
@page
def count(request: PageRequest) -> HttpResponse:
    """How many match, exactly: what the button that chooses all of them says."""
    request.actor.must_write()
    matching = bulk.narrowed(request.actor, **_where(request)).count()
    return render(request, "inbox/_matching.html", {"matching": matching})


@require_POST
@page
def act(request: PageRequest) -> HttpResponse:
    """`scope` is `matching`, or the ticked ones stand in `id`."""
    request.actor.must_write()
    given = {name: request.POST[name] for name in ASKED if name in request.POST}
    if request.POST.get("scope") == "matching":
        return _matching(request, given)
    ids = [identifier(text, "id") for text in request.POST.getlist("id")]
    asked = deed(request.actor, given)
    outcome = bulk.do_to_chosen(actor=request.actor, ids=[pk for pk in ids if pk], deed=asked)
    if not wants_part(request):
        response: HttpResponse = see(_list(request))
    else:
        response = render(request, "inbox/_bulk_answer.html", {**rows_of(request), **splits_of(request)})
        changed(response, *(Touched("conversation", pk) for pk in outcome.changed))
    return told(request, response, outcome.told(asked), undo=outcome.undo.pk if outcome.undo else None)


def _matching(request: PageRequest, given: dict[str, str]) -> HttpResponse:
    """Begun, and worked off while one goes on: the toast leads to how far it is."""
    run = bulk.do_to_matching(actor=request.actor, given=given, **_where(request))
    if not wants_part(request):
        return see(reverse("desk:run", args=[run.pk]))
    response = render(request, "desk/_begun.html", {"run": run, "undo": True})
    response.headers["HX-Reswap"] = "none"
    return response


def _where(request: PageRequest) -> dict[str, Any]:
    """What the list is narrowed to, as it can be kept."""
    client = str(request.client.pk) if request.client else None
    return {"split": split_of(request), "chosen": chosen_of(request), "client": client}


def _list(request: PageRequest) -> str:
    return f"{reverse('inbox:list')}?{request.GET.urlencode()}" if request.GET else reverse("inbox:list")
