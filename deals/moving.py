"""One move of one card or of several, from what the page sent to what it is answered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget, trigger_client_event

from activity.models import Undo
from clients.pages import PageRequest
from crm.errors import NotFound, Refusal, Stale
from crm.pages.answers import refused, see, sentence, told, wants_part
from crm.pages.typed import identifier
from crm.versions import expect
from deals import board, closing, forms, many, taking_back
from deals.closing import Terms
from deals.landing import landed, on_board
from deals.many import Chosen, Outcome
from deals.models import Deal, Stage
from deals.stages import keyed, lay_out
from deals.views import narrowed_of, order_of

BUTTONS = "stages-"


@dataclass(frozen=True)
class Move:
    """The deals in the order of the page, the column they go to, and the card they go above or below there."""

    chosen: list[Chosen]
    stage: Stage
    before: UUID | None
    after: UUID | None

    @property
    def deals(self) -> list[Deal]:
        return [one.deal for one in self.chosen]


def read(request: PageRequest) -> Move:
    """Raises Http404 where none of the deals is there for this person, Invalid for what cannot be read."""
    return Move(
        chosen=chosen_of(request),
        stage=keyed(request.actor.workspace, request.POST.get("stage", "")),
        before=identifier(request.POST.get("before", ""), "before"),
        after=identifier(request.POST.get("after", ""), "after"),
    )


def chosen_of(request: PageRequest) -> list[Chosen]:
    """The deals that a form names, those that are still there."""
    named = forms.versions(request.POST)
    rows = Deal.objects.visible_to(request.actor).select_related("stage", "contact", "client").defer("search")
    there = rows.in_bulk([pk for pk, _ in named])
    if not there:
        raise Http404
    return [Chosen(there[pk], version) for pk, version in named if pk in there]


def wants_terms(request: PageRequest, move: Move) -> bool:
    """Whether a deal ends by this and the page did not say yet how."""
    ends = move.stage.kind != Stage.Kind.OPEN and any(deal.stage_id != move.stage.pk for deal in move.deals)
    return ends and "closed_on" not in request.POST


def ask(request: PageRequest, move: Move) -> HttpResponse:
    """The panel that asks how the deals end. What is refused anyway is refused now."""
    request.actor.must_write()
    if len(move.chosen) == 1:
        expect(move.deals[0], move.chosen[0].version)
    target = request.htmx.target or ""
    shown = {
        "move": move,
        "deal": move.deals[0] if len(move.chosen) == 1 else None,
        "today": timezone.localdate(),
        "reasons": closing.reasons(request.actor) if move.stage.kind == Stage.Kind.LOST else [],
        "target": target if target.startswith(BUTTONS) else "",
    }
    if not wants_part(request):
        return render(request, "deals/closing.html", shown)
    response = render(request, "deals/_closing.html", shown)
    return trigger_client_event(reswap(retarget(response, "#dialog"), "innerHTML"), "deal-asked")


def do(request: PageRequest, move: Move) -> HttpResponse:
    """Raises the one refusal there is where nothing could be moved."""
    terms = _terms(request, move)
    with transaction.atomic():
        many.hold(move.deals, into=move.stage)
        before = taking_back.standing(request.actor, [deal.pk for deal in move.deals])
        outcome = many.move(
            actor=request.actor, chosen=move.chosen, stage=move.stage.key, before=move.before, after=move.after,
            terms=terms,
        )  # fmt: skip
        if not outcome.done and len(outcome.refused) == 1:
            raise outcome.refused[0][1]
        words = _words(request, move, outcome)
        undo = taking_back.offered(request.actor, words, before)
    return _moved(request, move, words, undo)


def back(request: PageRequest, move: Move, refusal: Refusal) -> HttpResponse:
    """Nothing was moved: the cards go to where their deals are, and the page says why."""
    if not wants_part(request) or not on_board(request):
        return refused(request, refusal)
    pks = [deal.pk for deal in move.deals]
    shown = {"sentence": _why(move, refusal)}
    response = landed(request, pks, template="deals/_refused.html", shown=shown, own=True, refusal=refusal)
    return trigger_client_event(reswap(retarget(response, "#toasts"), "beforeend"), "close-dialog")


def _terms(request: PageRequest, move: Move) -> Terms | None:
    if move.stage.kind == Stage.Kind.OPEN or "closed_on" not in request.POST:
        return None
    terms = forms.terms(request.POST.dict(), currency=move.deals[0].currency)
    closing.check(move.stage, terms)
    return terms


def _moved(request: PageRequest, move: Move, words: str, undo: Undo | None) -> HttpResponse:
    kept = f"?{request.GET.urlencode()}" if request.GET else ""
    if not wants_part(request):
        return told(request, see(reverse("deals:board") + kept), words, undo=undo.pk if undo else None)
    shown: dict[str, Any] = {}
    if (request.htmx.target or "").startswith(BUTTONS):
        deal = Deal.objects.select_related("stage").get(pk=move.deals[0].pk)
        shown = {"buttons": True, "deal": deal, "stages": lay_out(request.actor.workspace)}
    if on_board(request):
        pks = [deal.pk for deal in move.deals]
        focus = pks[0] if len(pks) == 1 and not shown else None
        response = landed(request, pks, shown=shown, focus=focus, own=True)
    else:
        response = render(request, "deals/_stage_buttons.html", shown) if shown else HttpResponse()
    return told(request, trigger_client_event(response, "close-dialog"), words, undo=undo.pk if undo else None)


def _words(request: PageRequest, move: Move, outcome: Outcome) -> str:
    if len(move.chosen) > 1:
        return many.words(outcome, f"moved to {move.stage.name}")
    deal = Deal.objects.get(pk=move.deals[0].pk)
    told_of = (
        f"“{deal.title}” moved to {move.stage.name}" if move.deals[0].stage != move.stage else f"“{deal.title}” moved"
    )
    if not on_board(request) or not order_of(request).is_teams:
        return f"{told_of}."
    rows = narrowed_of(request).rows.filter(stage=move.stage)
    return f"{told_of}, {_nth(board.position(rows, deal))} of {rows.order_by().count()}."


def _nth(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _why(move: Move, refusal: Refusal) -> str:
    deal = Deal.objects.select_related("stage").filter(pk=move.deals[0].pk).first()
    if isinstance(refusal, NotFound) or deal is None or deal.deleted_at is not None:
        return "This deal is not on the board any more."
    if isinstance(refusal, Stale):
        return f"Somebody changed “{deal.title}” before you did. It is in {deal.stage.name} now; nothing was moved."
    return sentence(refusal)
