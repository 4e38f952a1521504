"""What the board is answered: cards that landed somewhere, or left it, and what the columns add up to now.

The page takes each card to its place (static/js/board/landing.js): the answer need not know which cards it shows.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from clients.pages import PageRequest, page
from crm.errors import Refusal
from crm.pages.answers import shown_on, status_of
from deals import board, forms
from deals.views import narrowed_of, order_of, sums_of


@require_GET
@page
def cards(request: PageRequest) -> HttpResponse:
    """These deals as they are now, for a board on which somebody changed them."""
    return landed(request, forms.identifiers(request.GET.getlist("deal"), "deal"))


def landed(
    request: PageRequest,
    pks: Iterable[UUID],
    *,
    template: str = "deals/_landed.html",
    shown: dict[str, Any] | None = None,
    focus: UUID | None = None,
    own: bool = False,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Those of these deals that the filter lets through, as cards; the others as gone. focus: the card that takes the
    focus. own: it is the answer to what this page asked for."""
    context = {**(shown or {}), **cards_of(request, pks)}
    response = render(request, template, context, status=status_of(refusal) if refusal else 200)
    about = {"focus": str(focus) if focus else "", "own": own, "refused": refusal is not None}
    return trigger_client_event(response, "deals-landed", about)


def cards_of(request: PageRequest, pks: Iterable[UUID]) -> dict[str, Any]:
    wanted = list(dict.fromkeys(pks))
    left = narrowed_of(request)
    there = board.cards(left.rows, wanted, order_of(request), timezone.now())
    known = {card.pk for card in there}
    return {"cards": there, "gone": [pk for pk in wanted if pk not in known], **sums_of(request, left)}


def on_board(request: PageRequest) -> bool:
    """Whether the page that asks shows the board."""
    return shown_on(request).partition("?")[0].startswith("/board")
