"""What is done to the selected cards, or to the one that has the focus. A GET is the dialog, a POST does it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import trigger_client_event

from activity.models import Undo
from clients.pages import PageRequest, page
from crm.pages.answers import see, told, wants_part
from crm.pages.typed import identifier, moment
from deals import actions, board, forms, many, planned, queries, taking_back
from deals.landing import landed
from deals.many import Chosen, Outcome
from deals.models import Deal
from deals.moving import chosen_of
from deals.stages import lay_out
from deals.verbs import url_of

MINE = "me"


@require_GET
@page
def move_to(request: PageRequest) -> HttpResponse:
    return _dialog(request, "deals/_move_several.html", {"stages": lay_out(request.actor.workspace)})


@require_http_methods(["GET", "POST"])
@page
def owner(request: PageRequest) -> HttpResponse:
    if request.method == "GET":
        return _dialog(request, "deals/_owner.html", {"owners": queries.owners(request.actor)})
    wanted = request.POST.get("owner", "")
    owner_id = request.actor.id if wanted == MINE else identifier(wanted, "owner")
    name = next((str(one.user) for one in queries.owners(request.actor) if one.pk == owner_id), "nobody")

    def give(one: Chosen) -> None:
        actions.change(actor=request.actor, deal=one.deal, version=one.version, owner_id=owner_id)

    return _done(request, give, "given to you" if owner_id == request.actor.id else f"given to {name}")


@require_http_methods(["GET", "POST"])
@page
def follow_up(request: PageRequest) -> HttpResponse:
    """A follow-up for each, for whoever owns the deal."""
    if request.method == "GET":
        return _dialog(request, "deals/_follow_up.html", {})
    request.actor.must_write()
    due_at = moment(request.POST.get("at") or request.POST.get("due_at", ""), "due_at", "Say when it is due.")
    chosen = chosen_of(request)
    with transaction.atomic():
        outcome, undo = planned.plan(request.actor, chosen, due_at=due_at, note=request.POST.get("note", "").strip())
    words = many.words(outcome, f"to follow up {due_at.astimezone(timezone.get_current_timezone()):%a %-d %b, %H:%M}")
    return _told(request, chosen, words, undo)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest) -> HttpResponse:
    if request.method == "GET":
        return _dialog(request, "deals/_delete_several.html", {})

    def remove(one: Chosen) -> None:
        actions.delete(actor=request.actor, deal=one.deal, version=one.version)

    return _done(request, remove, "deleted")


def _dialog(request: PageRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    request.actor.must_write()
    pks = forms.identifiers(request.GET.getlist("deal"), "deal")
    rows = Deal.objects.visible_to(request.actor).filter(pk__in=pks).select_related("stage")
    deals = sorted(rows, key=lambda deal: pks.index(deal.pk))
    if not deals:
        raise Http404
    context = {"deals": deals, "deal": deals[0] if len(deals) == 1 else None, "sums": board.sums_of(rows), **shown}
    if wants_part(request):
        return render(request, template, context)
    return render(request, "deals/dialog.html", {**context, "template": template})


def _done(request: PageRequest, act: Callable[[Chosen], object], done: str) -> HttpResponse:
    """Do it to each; what is refused for one is told by name. Raises the one refusal there is where it is the only."""
    request.actor.must_write()
    chosen = chosen_of(request)
    with transaction.atomic():
        many.hold([one.deal for one in chosen])
        before = taking_back.standing(request.actor, [one.deal.pk for one in chosen])
        outcome = many.each(chosen, act)
        if not outcome.done and len(outcome.refused) == 1:
            raise outcome.refused[0][1]
        words = _words(outcome, done)
        undo = taking_back.offered(request.actor, words, before)
    return _told(request, chosen, words, undo)


def _words(outcome: Outcome, done: str) -> str:
    if len(outcome.done) == 1 and not outcome.refused:
        return f"“{outcome.done[0].title}” {done}."
    return many.words(outcome, done)


def _told(request: PageRequest, chosen: list[Chosen], words: str, undo: Undo | None) -> HttpResponse:
    if not wants_part(request):
        return told(request, see(url_of("deals:board", request)), words, undo=undo.pk if undo else None)
    pks = [one.deal.pk for one in chosen]
    response = landed(request, pks, focus=pks[0] if len(pks) == 1 else None, own=True)
    return told(request, trigger_client_event(response, "close-dialog"), words, undo=undo.pk if undo else None)
