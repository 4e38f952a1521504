"""`{% client_badge row.client %}`: whose it is, on pages that show several clients at once. No query."""

from typing import Any
from uuid import UUID

from django import template

from clients.models import Client
from clients.pages import PageRequest

register = template.Library()

COLOURS = 10


@register.inclusion_tag("clients/_badge.html", takes_context=True)
def client_badge(context: dict[str, Any], client: Client | None) -> dict[str, Any]:
    """Nothing where there is nothing to tell apart: one client is chosen, or the person has only one."""
    return {"client": client if tells_apart(context["request"]) else None}


@register.inclusion_tag("clients/_badge.html")
def badge_of(client: Client | None) -> dict[str, Any]:
    """The same where the client is named in any case: on its own page, in the head of a thread."""
    return {"client": client}


@register.filter
def hue(pk: UUID) -> int:
    """One of the badge's colours, the same for a client wherever and whenever it is shown."""
    return pk.int % COLOURS


def tells_apart(request: PageRequest) -> bool:
    """Whether rows of different clients, or of a client and of the workspace itself, can stand side by side."""
    if request.client is not None or not request.clients:
        return False
    return len(request.clients) > 1 or request.actor.clients is None
