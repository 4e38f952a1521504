"""The list of an agency's clients, and the page of one."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.models import Campaign, Client
from clients.pages import PageRequest
from crm.errors import Invalid
from crm.pages.answers import see, wants_part
from deals.board import open_sums
from desk.clients import numbers
from desk.clients.door import clients_page, found
from desk.clients.listing import lines, named
from desk.clients.orders import ORDERS, chosen

LONGEST = 200


@require_GET
@clients_page
def listed(request: PageRequest) -> HttpResponse:
    """All of them; whoever has one alone, or has chosen one, is led to it."""
    one = request.actor.only_client or (request.client.pk if request.client else None)
    if one is not None:
        return see(reverse("desk:client", args=[one]))
    template = "desk/clients/_rows.html" if wants_part(request) else "desk/clients/list.html"
    return render(request, template, _listed(request))


@require_GET
@clients_page
def client(request: PageRequest, pk: UUID) -> HttpResponse:
    opened = found(request, pk)
    template = "desk/clients/_client.html" if wants_part(request) else "desk/clients/client.html"
    return render(request, template, client_of(request, opened))


@require_GET
@clients_page
def campaigns(request: PageRequest, pk: UUID) -> HttpResponse:
    """More of them, or the archived ones."""
    opened = found(request, pk)
    if not wants_part(request):
        return render(request, "desk/clients/client.html", client_of(request, opened))
    return render(request, "desk/clients/_campaign_rows.html", {"client": opened, **campaigns_of(request)})


def may_manage(request: PageRequest) -> bool:
    """Whether this person adds and deletes clients."""
    return request.actor.can_write and request.actor.runs_workspace


def client_of(request: PageRequest, opened: Client) -> dict[str, Any]:
    looking, actor = request.looking, request.actor
    columns = numbers.stages(looking)
    return {
        "client": opened,
        "conversations": numbers.conversations(looking),
        "contacts": numbers.contacts(looking),
        "columns": columns,
        "open_sums": open_sums(columns),
        "overdue": numbers.overdue(looking, timezone.now()),
        "people": numbers.people(actor, opened),
        "may_edit": actor.can_write and actor.is_admin,
        "may_delete": may_manage(request),
        **campaigns_of(request),
        **_of_the_team(request),
    }


def campaigns_of(request: PageRequest) -> dict[str, Any]:
    archived = request.GET.get("campaigns") == "archived"
    shown = numbers.campaigns(request.looking, request.GET.get("more", ""), archived=archived)
    return {"campaigns": shown, "archived": archived, "statuses": Campaign.Status.choices}


def _of_the_team(request: PageRequest) -> dict[str, Any]:
    """How the client is connected, which is no business of its viewers."""
    looking = request.looking
    if not request.actor.on_team:
        return {}
    return {
        "connections": numbers.connections(looking),
        "suppressed": numbers.suppressed(looking),
        "keys": numbers.keys(looking) if request.actor.can_write and request.actor.is_admin else None,
    }


def _listed(request: PageRequest) -> dict[str, Any]:
    wanted, order = request.GET.get("search", "").strip(), chosen(request.GET.get("sort", ""))
    if len(wanted) > LONGEST:
        raise Invalid(f"Search for at most {LONGEST} characters.")
    rows, more = lines(request.actor, named(request.actor, wanted), order, request.GET.get("more", ""))
    shown = {"lines": rows, "more": more, "wanted": wanted, "order": order, "orders": ORDERS.values()}
    return {**shown, "may_manage": may_manage(request), "any": bool(request.clients)}
