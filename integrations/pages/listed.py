"""All connections at a glance, and a new one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid
from crm.pages.answers import see, wants_part
from crm.pages.typed import identifier
from integrations.base import System
from integrations.connecting import connect
from integrations.models import Connection
from integrations.pages import once
from integrations.pages.door import must_be_of_team, system_or_404
from integrations.pages.entries import entries, typed
from integrations.pages.setup import parts
from integrations.registry import systems
from integrations.standing import glances

MOST = 500


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    must_be_of_team(request.actor)
    template = "integrations/_list.html" if wants_part(request) else "integrations/list.html"
    return render(request, template, _listed(request))


@require_GET
@page
def choose(request: PageRequest) -> HttpResponse:
    """Which system."""
    request.actor.must_administer()
    return render(request, "integrations/choose.html", {"systems": by_title()})


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, key: str) -> HttpResponse:
    system = system_or_404(key)
    request.actor.must_administer()
    if request.method == "GET":
        return _form(request, system, Invalid(), 200)
    try:
        opened = connect(
            actor=request.actor, system=system.key, name=request.POST.get("name", "").strip(),
            client_id=identifier(request.POST.get("client", ""), "client_id"),
            settings=typed(system.fields, request.POST),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _form(request, system, refusal, 409 if isinstance(refusal, Conflict) else 422)
    once.keep(request.session, opened.connection, opened.shown_once)
    return see(reverse("integrations:setup", args=[opened.connection.pk]))


def by_title() -> list[System]:
    return sorted(systems().values(), key=lambda system: system.title.lower())


def _listed(request: PageRequest) -> dict[str, Any]:
    rows = Connection.objects.visible_to(request.looking).select_related("client").defer("secrets")
    connections = list(rows.order_by("client__name", "name", "pk")[:MOST])
    found = glances(connections)
    return {
        "rows": [(one, systems()[one.system], found[one.pk]) for one in connections if one.system in systems()],
        "systems": by_title(),
        "may_connect": request.actor.can_write and request.actor.is_admin,
    }


def _form(request: PageRequest, system: System, refusal: Invalid | Conflict, status: int) -> HttpResponse:
    """With what was typed, but the secrets."""
    errors = refusal.fields if isinstance(refusal, Invalid) else {}
    given = typed(system.fields, request.POST) if request.method == "POST" else {}
    shown = {
        "system": system,
        "entries": entries(system.fields, given, errors),
        "steps": [parts(step, "[you get it next]") for step in system.steps],
        "name": request.POST.get("name", ""),
        "chosen": request.POST.get("client", str(request.client.pk) if request.client else ""),
        "client_errors": errors.get("client_id", ()),
        "refusal": "" if errors else refusal.message,
    }
    return render(request, "integrations/new.html", shown, status=status)
