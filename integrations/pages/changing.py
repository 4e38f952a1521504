"""The settings of a connection, and its end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid, Refusal, Stale
from crm.pages.answers import see, status_of, told
from crm.versions import expect
from integrations import connecting
from integrations.models import Connection
from integrations.pages import once
from integrations.pages.door import administered
from integrations.pages.entries import entries, typed
from integrations.registry import system_called


@require_http_methods(["GET", "POST"])
@page
def settings(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    if request.method == "GET":
        return _form(request, connection)
    system = system_called(connection.system)
    try:
        expect(connection, _version(request))
        made = connecting.change(
            actor=request.actor, connection=connection, name=request.POST.get("name", "").strip(),
            given=typed(system.fields, request.POST),
        )  # fmt: skip
    except (Invalid, Conflict, Stale) as refusal:
        return _form(request, connection, refusal)
    once.keep(request.session, connection, made)
    to = "integrations:setup" if made else "integrations:settings"
    return told(request, see(reverse(to, args=[pk])), "Saved.")


@require_POST
@page
def pause(request: PageRequest, pk: UUID) -> HttpResponse:
    return _verb(request, pk, connecting.pause, "Paused. What comes is kept, and handled when you resume.")


@require_POST
@page
def resume(request: PageRequest, pk: UUID) -> HttpResponse:
    return _verb(request, pk, connecting.resume, "Resumed. What came meanwhile is handled now.")


@require_POST
@page
def renew(request: PageRequest, pk: UUID) -> HttpResponse:
    """A new webhook address; the old one ends at once."""
    connection = administered(request, pk)
    if not system_called(connection.system).has_hook:
        raise Conflict("This system calls no address of ours.", code="no_hook")
    connecting.renew_address(actor=request.actor, connection=connection)
    words = "This is the new address. Paste it in place of the old one, which does not work any more."
    return told(request, see(reverse("integrations:setup", args=[pk])), words)


@require_http_methods(["GET", "POST"])
@page
def disconnect(request: PageRequest, pk: UUID) -> HttpResponse:
    """Asks for its name first."""
    connection = administered(request, pk)
    if request.method == "GET":
        return _confirm(request, connection, "", 200)
    if " ".join(request.POST.get("name", "").split()) != " ".join(connection.name.split()):
        return _confirm(request, connection, f"Type “{connection.name}”, as it stands above.", 422)
    connecting.disconnect(actor=request.actor, connection=connection)
    words = f"{connection.name} is disconnected. Its credentials are forgotten; people and conversations stay."
    return told(request, see(reverse("integrations:list")), words)


@require_GET
@page
def address(request: PageRequest, pk: UUID) -> HttpResponse:
    """Before the address is renewed: what that does."""
    connection = administered(request, pk)
    shown = {"connection": connection, "system": system_called(connection.system)}
    return render(request, "integrations/renew.html", shown)


def _verb(request: PageRequest, pk: UUID, verb: Callable[..., None], words: str) -> HttpResponse:
    connection = administered(request, pk)
    verb(actor=request.actor, connection=connection)
    return told(request, see(reverse("integrations:connection", args=[pk])), words)


def _confirm(request: PageRequest, connection: Connection, error: str, status: int) -> HttpResponse:
    shown = {"connection": connection, "system": system_called(connection.system), "error": error}
    return render(request, "integrations/disconnect.html", shown, status=status)


def _form(request: PageRequest, connection: Connection, refusal: Refusal | None = None) -> HttpResponse:
    """With what was typed, but the secrets."""
    system = system_called(connection.system)
    given: dict[str, Any] = typed(system.fields, request.POST) if refusal else connection.settings
    errors = refusal.fields if isinstance(refusal, Invalid) else {}
    kept = {name for name, value in connection.secrets.items() if value not in ("", [], None)}
    shown = {
        "connection": connection,
        "system": system,
        "entries": entries(system.fields, given, errors, kept),
        "name": request.POST.get("name", connection.name),
        "version": connection.version,
        "refusal": refusal.message if refusal and not errors else "",
    }
    return render(request, "integrations/settings.html", shown, status=status_of(refusal) if refusal else 200)


def _version(request: PageRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
