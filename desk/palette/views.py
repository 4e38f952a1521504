"""What the command palette offers, and the overlay of the keys."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from clients.models import Client
from clients.pages import PageRequest, page
from crm.pages.answers import shown_on, wants_part
from crm.pages.keys import BOARD, CLIENTS, CONTACTS, EVERYWHERE, INBOX, KEYS, LISTS, ROOMS, Key
from desk.models import SavedView
from desk.search import queries
from desk.search.kinds import DEALS, PEOPLE
from desk.search.views import asked_of

MOST = 5
MOST_VIEWS = 50
# What only makes sense with the hand on the keyboard, or is the palette itself.
_NOT_COMMANDS = frozenset({"palette", "back", "next", "previous", "open"})
_ROOMS = ((INBOX, "inbox:list"), (BOARD, "deals:board"), (CONTACTS, "contacts:list"), (CLIENTS, "desk:clients"))


@dataclass(frozen=True)
class Switch:
    """The page one is on, for another client; None for all of them."""

    client: Client | None
    url: str


@require_GET
@page
def commands(request: PageRequest) -> HttpResponse:
    """What can be done and where one can go. The page leaves out every key whose button it does not show."""
    views = SavedView.objects.visible_to(request.actor).arranged_for(request.actor)
    shown = {
        "keys": [key for key in KEYS.values() if key.name not in _NOT_COMMANDS and not key.after_g],
        "views": views[:MOST_VIEWS],
    }
    return render(request, "desk/_palette_commands.html", shown)


@require_GET
@page
def found(request: PageRequest) -> HttpResponse:
    """People, conversations and deals that have what was typed, and the clients of that name."""
    asked = asked_of(request)
    if not queries.is_enough(asked):
        return HttpResponse()
    return render(request, "desk/_palette_found.html", {"asked": asked, **_found(request, asked)})


@require_GET
@page
def keys(request: PageRequest) -> HttpResponse:
    template = "desk/_keys.html" if wants_part(request) else "desk/keys.html"
    return render(request, template, {"groups": [(room, _of(room)) for room in _rooms(request)]})


def _found(request: PageRequest, asked: str) -> dict[str, Any]:
    return {
        "switches": _switches(request, asked),
        "people": queries.first(request.looking, asked, PEOPLE, MOST),
        "messages": queries.conversations(request.looking, asked, MOST),
        "deals": queries.first(request.looking, asked, DEALS, MOST),
    }


def _switches(request: PageRequest, asked: str) -> list[Switch]:
    here = shown_on(request) or reverse("desk:today")
    wanted = asked.casefold()
    named = [client for client in request.clients if wanted in client.name.casefold()][:MOST]
    everyone = [None] if request.actor.clients is None and "all clients".startswith(wanted) else []
    return [Switch(client, _for(here, client)) for client in (*everyone, *named)]


def _for(here: str, client: Client | None) -> str:
    """This page for that client. What is open on it, and where its list had got to, belongs to another one."""
    path, _, query = here.partition("?")
    kept = QueryDict(query, mutable=True)
    for name in ("client", "more", "pane", "earlier"):
        kept.pop(name, None)
    if client is not None:
        kept["client"] = str(client.pk)
    return f"{path}?{kept.urlencode()}" if kept else path


def _rooms(request: PageRequest) -> list[str]:
    """The room one is in first."""
    here = shown_on(request) if wants_part(request) else ""
    current = [room for room, name in _ROOMS if here.startswith(reverse(name))]
    return list(dict.fromkeys([*current, EVERYWHERE, LISTS, *ROOMS]))


def _of(room: str) -> list[Key]:
    return [key for key in KEYS.values() if key.room == room]
