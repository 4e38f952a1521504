"""What a person does on the board. Each answers with what changed of it, and with how it is taken back."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import push_url, reswap, retarget, trigger_client_event

from activity.models import Undo
from clients.pages import PageRequest, page
from contacts import queries as people
from contacts.models import Contact
from crm.errors import Invalid, NotAllowed, Refusal, Stale
from crm.pages.answers import refused, see, told, wants_part
from crm.pages.typed import identifier
from deals import actions, board, forms, many, moving, queries, taking_back
from deals.landing import landed, on_board
from deals.models import Stage
from deals.panel import panel_of
from deals.stages import lay_out
from deals.views import board_of, found
from inbox.models import Conversation


@require_POST
@page
def move(request: PageRequest) -> HttpResponse:
    """Cards were dropped, or sent by a key, a button or “Move to…”. Where deals end, the panel asks how first. Refused,
    they go to where they are, and the page says why."""
    moved = moving.read(request)
    try:
        return moving.ask(request, moved) if moving.wants_terms(request, moved) else moving.do(request, moved)
    except NotAllowed:
        raise
    except Refusal as refusal:
        if isinstance(refusal, Invalid) and "closed_on" in request.POST:
            raise  # told in the panel that asked, where it can be mended
        return moving.back(request, moved, refusal)


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_write()
    if request.method == "POST":
        return _create(request)
    template = "deals/_new.html" if wants_part(request) else "deals/new.html"
    return render(request, template, _blank(request))


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    deal = found(request, pk)
    typed = forms.fields(request.POST.dict(), currency=deal.currency)
    version = forms.number(request.POST.get("version", ""))
    try:
        with transaction.atomic():
            many.hold([deal])
            before = taking_back.standing(request.actor, [pk])
            actions.change(actor=request.actor, deal=deal, version=version, **typed)
            undo = taking_back.offered(request.actor, f"“{deal.title}” changed.", before)
    except Stale as stale:
        return _conflict(request, pk, typed, stale)
    return _changed(request, pk, undo)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    deal = found(request, pk)
    words = f"“{deal.title}” deleted."
    with transaction.atomic():
        many.hold([deal])
        before = taking_back.standing(request.actor, [pk])
        actions.delete(actor=request.actor, deal=deal, version=forms.number(request.POST.get("version", "")))
        undo = taking_back.offered(request.actor, words, before)
    url = url_of("deals:board", request)
    if not wants_part(request):
        return told(request, see(url), words, undo=undo.pk if undo else None)
    response = landed(request, [pk], template="deals/_closed.html", own=True)
    push_url(_into_panel(response), url)
    return told(request, response, words, undo=undo.pk if undo else None)


@require_POST
@page
def fold(request: PageRequest, key: str) -> HttpResponse:
    """For oneself alone, so whoever reads the board may do it."""
    stage = get_object_or_404(Stage.objects.visible_to(request.actor), key=key)
    board.fold(request.actor, stage, folded=request.POST.get("folded") == "yes")
    if not wants_part(request):
        return see(url_of("deals:board", request))
    shown = board_of(request)
    shown["column"] = next(column for column in shown["columns"] if column.stage == stage)
    return render(request, "deals/_column.html", shown)


def _create(request: PageRequest) -> HttpResponse:
    typed = forms.fields(request.POST.dict(), currency=request.actor.workspace.currency)
    with transaction.atomic():
        deal = actions.create(
            actor=request.actor,
            conversation_id=identifier(request.POST.get("conversation", ""), "conversation"),
            contact_id=identifier(request.POST.get("contact", ""), "contact"),
            stage=request.POST.get("stage", "new"),
            **typed,
        )
        undo = taking_back.offered_creation(request.actor, f"“{deal.title}” created.", deal)
    words = f"“{deal.title}” is on the board, in {deal.stage.name}."
    if not wants_part(request):
        return told(request, see(url_of("deals:deal", request, deal.pk)), words, undo=undo.pk if undo else None)
    response = landed(request, [deal.pk], focus=deal.pk, own=True) if on_board(request) else HttpResponse()
    trigger_client_event(response, "close-dialog")
    trigger_client_event(response, "deals-changed")
    return told(request, response, words, undo=undo.pk if undo else None)


def _blank(request: PageRequest) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "stages": [one for one in lay_out(request.actor.workspace) if one.kind == Stage.Kind.OPEN],
        "owners": queries.owners(request.actor),
        "stage": request.GET.get("stage", "new"),
        "about": None,
    }
    if request.GET.get("conversation"):
        pk = identifier(request.GET["conversation"], "conversation")
        rows = Conversation.objects.visible_to(request.actor).select_related("contact")
        return shown | {"about": get_object_or_404(rows, pk=pk)}
    with_whom = identifier(request.GET.get("contact", ""), "contact")
    offered = Contact.objects.visible_to(request.looking)
    if with_whom is not None:
        offered = Contact.objects.visible_to(request.actor).filter(pk=with_whom)
    return shown | {"choices": people.choices(offered), "with_whom": with_whom}


def _changed(request: PageRequest, pk: UUID, undo: Undo | None) -> HttpResponse:
    """The panel and the card of the deal as it is now."""
    if not wants_part(request):
        return see(url_of("deals:deal", request, pk))
    deal = found(request, pk)
    response = landed(request, [pk], template="deals/_changed.html", shown=panel_of(request, deal), own=True)
    _into_panel(response)
    return response if undo is None else told(request, response, f"“{deal.title}” saved.", undo=undo.pk)


def _conflict(request: PageRequest, pk: UUID, typed: dict[str, Any], stale: Stale) -> HttpResponse:
    """Somebody was first: what was typed stays in the form, with what is saved now beside it."""
    if not wants_part(request):
        return refused(request, stale)
    shown = {**panel_of(request, found(request, pk), typed), "stale": stale}
    return _into_panel(landed(request, [pk], template="deals/_changed.html", shown=shown, refusal=stale))


def _into_panel(response: HttpResponse) -> HttpResponse:
    return reswap(retarget(response, "#panel"), "outerHTML")


def url_of(name: str, request: HttpRequest, *args: Any) -> str:
    """The page with the filter of the one that asked."""
    query = request.GET.copy()
    for one in ("stage", "conversation", "deal"):
        query.pop(one, None)
    path = reverse(name, args=args)
    return f"{path}?{query.urlencode()}" if query else path
