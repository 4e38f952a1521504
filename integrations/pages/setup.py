"""What to paste where, and whether it works."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.undoing import Touched
from clients.pages import PageRequest, page
from crm.errors import Conflict
from crm.pages.answers import changed, see, told, wants_part
from integrations.concealing import concealed
from integrations.connecting import check as try_it
from integrations.connecting import hook_url
from integrations.pages import once
from integrations.pages.door import administered
from integrations.registry import system_called

_ADDRESS = re.compile(r"(https?://\S+[\w/}])")


@dataclass(frozen=True)
class Words:
    """A part of a step; an address is shown as such, to be copied."""

    text: str
    is_address: bool


@require_GET
@page
def setup(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    system = system_called(connection.system)
    shown = {
        "connection": connection,
        "system": system,
        "steps": [parts(step, hook_url(connection)) for step in system.steps],
        "address": hook_url(connection),
        "made": once.taken(request.session, connection),
    }
    return render(request, "integrations/setup.html", shown)


@require_POST
@page
def check(request: PageRequest, pk: UUID) -> HttpResponse:
    """Try the connection: the other side is called here and now."""
    connection = administered(request, pk)
    try:
        works, words, status = True, try_it(actor=request.actor, connection=connection), 200
    except Conflict as conflict:
        works, words, status = False, concealed(conflict.message, connection), 409
    if not wants_part(request):
        return told(request, see(reverse("integrations:setup", args=[connection.pk])), words)
    response = render(request, "integrations/_checked.html", {"works": works, "words": words}, status=status)
    response.headers["HX-Retarget"] = "#checked"
    return changed(response, Touched("connection", connection.pk))


def parts(step: str, address: str) -> list[Words]:
    """A step of the system's own settings, with `address` in its place."""
    text = step.replace("{hook_url}", address)
    return [Words(part, bool(_ADDRESS.fullmatch(part))) for part in _ADDRESS.split(text) if part]
