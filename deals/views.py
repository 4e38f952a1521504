"""The board, and the panel of one deal beside it. What changes something is in `verbs`."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from contacts.models import Contact
from crm.pages.answers import wants_part
from crm.pages.narrowing import Narrowed, narrowed
from deals import forms, health, queries
from deals.filters import DealFilters
from deals.models import Deal, DealQuerySet, Stage
from deals.stages import lay_out

FILTERS = ("search", "owner")


@require_GET
@page
def board(request: PageRequest) -> HttpResponse:
    if wants_part(request):  # the panel was closed
        return render(request, "deals/_panel.html")
    return render(request, "deals/page.html", board_of(request))


@require_GET
@page
def deal(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = found(request, pk)
    if wants_part(request):
        return render(request, "deals/_panel.html", deal_of(request, opened))
    return render(request, "deals/page.html", {**board_of(request), **deal_of(request, opened)})


@require_GET
@page
def column(request: PageRequest, key: str) -> HttpResponse:
    """Further cards of one column."""
    stage = get_object_or_404(Stage.objects.visible_to(request.actor), key=key)
    below = forms.number(request.GET.get("below", ""))
    if not wants_part(request) or below is None:
        return render(request, "deals/page.html", board_of(request))
    rest = queries.column(narrowed_of(request).rows, stage, timezone.now(), below=below)
    return render(request, "deals/_cards.html", {"column": rest})


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
    return narrowed(request, Deal.objects.visible_to(request.looking), DealFilters, FILTERS)


def sums_of(request: PageRequest) -> dict[str, Any]:
    """The heads of the columns, and what stands in the open ones together."""
    columns = queries.heads(request.actor, narrowed_of(request).rows)
    return {"columns": columns, "open_sums": queries.open_sums(columns)}


def board_of(request: PageRequest) -> dict[str, Any]:
    left = narrowed_of(request)
    columns = queries.board(request.actor, left.rows, timezone.now())
    return {
        "columns": columns,
        "open_sums": queries.open_sums(columns),
        "chosen": left.chosen,
        "owners": queries.owners(request.actor),
    }


def deal_of(request: PageRequest, opened: Deal) -> dict[str, Any]:
    return {
        "deal": opened,
        "reason": health.reason(opened, timezone.now()),
        "history": queries.history(opened),
        "stages": lay_out(request.actor.workspace),
        "owners": queries.owners(request.actor),
    }
