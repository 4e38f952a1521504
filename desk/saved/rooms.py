"""What a view of each room may hold, and what it lists."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

import contacts.views
import deals.views
from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Campaign, Client
from clients.pages import PageRequest, choose_client
from contacts.models import Label
from crm.api.fields import read_id
from desk.models import SavedView
from inbox.pages import listing
from inbox.queries import SPLITS

MOST_COUNTED = 999
LONGEST = 2000


@dataclass(frozen=True)
class Room:
    """names: what its URL may say. rows: what it lists, asked with that URL."""

    key: str
    url: str
    names: Sequence[str]
    rows: Callable[[PageRequest], "QuerySet[Any]"]


def _conversations(request: PageRequest) -> "QuerySet[Any]":
    return listing.narrowed_of(request).rows.filter(SPLITS[listing.split_of(request)][1])


def _deals(request: PageRequest) -> "QuerySet[Any]":
    return deals.views.narrowed_of(request).rows


def _contacts(request: PageRequest) -> "QuerySet[Any]":
    return contacts.views.narrowed_of(request).rows


ROOMS: dict[str, Room] = {
    SavedView.Room.INBOX: Room("inbox", "inbox:list", listing.KEPT, _conversations),
    SavedView.Room.BOARD: Room("board", "deals:board", ("client", "sort", *deals.views.FILTERS), _deals),
    SavedView.Room.CONTACTS: Room("contacts", "contacts:list", ("client", *contacts.views.FILTERS), _contacts),
}

# What a filter names by its id, and where it is looked for.
_NAMED: dict[str, tuple[str, Callable[[Actor], "QuerySet[Any]"]]] = {
    "client": ("client", Client.objects.visible_to),
    "label": ("label", Label.objects.visible_to),
    "campaign": ("campaign", Campaign.objects.visible_to),
    "campaign_id": ("campaign", Campaign.objects.visible_to),
    "owner": ("person", Membership.objects.visible_to),
    "assigned_to": ("person", Membership.objects.visible_to),
}


def kept(room: Room, given: QueryDict) -> str:
    """Of a page's URL, what a view of it keeps: the filter, always in the same order, and not where one has got to."""
    left = QueryDict(mutable=True)
    for name in room.names:
        value = given.get(name, "").strip()
        if value:
            left[name] = value
    return left.urlencode()


def url_of(view: SavedView) -> str:
    path = reverse(ROOMS[view.room].url)
    return f"{path}?{view.query}" if view.query else path


def asking(request: PageRequest, query: str) -> PageRequest:
    """The request as if it had come with this query, whatever page asks. Raises Http404 for a client that is gone."""
    asked = copy(request)
    asked.GET = QueryDict(query)
    choose_client(asked)
    return asked


def missing(actor: Actor, query: str) -> list[str]:
    """What the query names and this actor cannot see (any more): “client”, “label”."""
    return list(dict.fromkeys(_missing(actor, QueryDict(query))))


def _missing(actor: Actor, asked: QueryDict) -> Iterator[str]:
    for name, (noun, rows) in _NAMED.items():
        pk: UUID | None = read_id(asked.get(name, ""))
        if pk is not None and not rows(actor).filter(pk=pk).exists():
            yield noun


def count(request: PageRequest, view: SavedView) -> str:
    """How many it lists for who asks, no further than a person wants to know."""
    found = ROOMS[view.room].rows(asking(request, view.query))[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)
