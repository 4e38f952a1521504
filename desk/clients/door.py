"""The door of the clients' pages: open on the plans that have clients, elsewhere a page that says what to do."""

from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.plans import Plan, allowance
from clients.actions import must_have_clients
from clients.models import Client
from clients.pages import PageRequest, View, look_at, page
from crm.pages.answers import wants_part


def clients_page(view: View) -> View:
    """As `clients.pages.page`, on a plan with clients."""

    @page
    @wraps(view)
    def door(request: PageRequest, *args: Any, **kwargs: Any) -> Any:
        if request.has_clients:
            return view(request, *args, **kwargs)
        return _says_so(request)

    return door


def found(request: PageRequest, pk: UUID) -> Client:
    """The client that the address names; from now on the page looks at it. Raises Http404 for a hidden one."""
    client: Client = get_object_or_404(Client.objects.visible_to(request.actor), pk=pk)
    look_at(request, client)
    return client


def _says_so(request: PageRequest) -> HttpResponse:
    if wants_part(request) or request.method == "POST":
        must_have_clients(request.actor)
    shown = {"plan": Plan(request.actor.workspace.plan).label, "plans": [p.label for p in Plan if allowance(p).clients]}
    return render(request, "desk/clients/plan.html", shown, status=403)
