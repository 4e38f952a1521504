"""The board, and the panel of one deal beside it. What changes something is in `verbs`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from contacts.models import Contact
from crm.pages.answers import see, wants_part
from crm.pages.narrowing import Narrowed, narrowed
from deals import board as columns
from deals import forms, health, order, queries
from deals.filters import BoardFilters
from deals.models import Deal, DealQuerySet, Stage
from deals.panel import panel_of
from deals.stages import lay_out

FILTERS = ("search", "owner", "health", "label", "amount_min", "amount_max")

HEALTHS = (
    (health.UNANSWERED, "Waits for us"),
    (health.STALLED, "Stalled"),
    (health.HEALTHY, "Healthy"),
    (health.CLOSED, "Closed"),
)


@require_GET
@page
def board(request: PageRequest) -> HttpResponse:
    if wants_part(request):  # the panel was closed
        return render(request, "deals/_panel.html")
    if "" in request.GET.values():  # a form sends every field; an address holds what was chosen
        return see(_without_empty(request))
    return render(request, "deals/page.html", board_of(request))


@require_GET
@page
def deal(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = found(request, pk)
    if wants_part(request):
        return render(request, "deals/_panel.html", panel_of(request, opened))
    return render(request, "deals/page.html", {**board_of(request), **panel_of(request, opened)})


@require_GET
@page
def all_columns(request: PageRequest) -> HttpResponse:
    """The board without its page, for one that missed too much."""
    return render(request, "deals/_board.html", board_of(request))


@require_GET
@page
def column(request: PageRequest, key: str) -> HttpResponse:
    """Further cards of one column."""
    stage = get_object_or_404(Stage.objects.visible_to(request.actor), key=key)
    mark = request.GET.get("below", "")
    if not wants_part(request) or not mark:
        return render(request, "deals/page.html", board_of(request))
    rows = narrowed_of(request).rows
    head = next(one for one in columns.heads(request.actor, rows) if one.stage == stage)
    before = forms.number(request.GET.get("shown", "")) or 0
    rest = columns.filled(rows, head, order_of(request), timezone.now(), mark=mark, before=before)
    return render(request, "deals/_cards.html", {"column": rest, "order": order_of(request)})


@require_GET
@page
def move_to(request: PageRequest, pk: UUID) -> HttpResponse:
    """Where the deal can go, for who cannot or does not want to drag."""
    request.actor.must_write()
    shown = {"deal": found(request, pk), "stages": lay_out(request.actor.workspace)}
    return render(request, "deals/_move_to.html" if wants_part(request) else "deals/move_to.html", shown)


@require_GET
@page
def mentions(request: PageRequest, contact_pk: UUID) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.visible_to(request.actor), pk=contact_pk)
    shown: dict[str, Any] = {"deals": queries.of_contact(request.actor, contact)}
    if request.actor.can_write:
        shown["stages"] = lay_out(request.actor.workspace)
    return render(request, "deals/_mentions.html", shown)


def found(request: PageRequest, pk: UUID) -> Deal:
    return get_object_or_404(queries.card(request.actor, pk, timezone.now()))


def narrowed_of(request: PageRequest) -> Narrowed[DealQuerySet]:
    """What the URL leaves of the board."""
    return narrowed(request, Deal.objects.visible_to(request.looking), BoardFilters, FILTERS)


def order_of(request: PageRequest) -> order.Order:
    return order.chosen(request.GET.get("sort", ""))


def sums_of(request: PageRequest, left: Narrowed[DealQuerySet] | None = None) -> dict[str, Any]:
    """The heads of the columns, and what stands in the open ones together."""
    rows = (left or narrowed_of(request)).rows
    heads = columns.heads(request.actor, rows)
    return {"columns": heads, "order": order_of(request), **_together(request, heads, rows)}


def board_of(request: PageRequest) -> dict[str, Any]:
    left = narrowed_of(request)
    laid_out = columns.board(request.actor, left.rows, order_of(request), timezone.now())
    return {
        "columns": laid_out,
        "order": order_of(request),
        "orders": order.ORDERS.values(),
        "chosen": left.chosen,
        "owners": queries.owners(request.actor),
        "labels": queries.labels(request.actor),
        "healths": HEALTHS,
        "narrowed": len(left.chosen.keys() - {"search"}),
        "empty": not any(column.sums.count for column in laid_out),
        **_together(request, laid_out, left.rows),
    }


def _together(request: PageRequest, laid_out: list[columns.Column], rows: DealQuerySet) -> dict[str, Any]:
    stalled = columns.stalled(rows, timezone.now())
    return {
        "open_sums": columns.open_sums(laid_out),
        "stalled": f"{columns.MOST_COUNTED}+" if stalled > columns.MOST_COUNTED else stalled,
        "only_stalled": request.GET.get("health") == "stalled",
    }


def _without_empty(request: PageRequest) -> str:
    kept = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        kept.setlist(name, [value for value in values if value])
    return f"{request.path}?{kept.urlencode()}" if kept.urlencode() else request.path
