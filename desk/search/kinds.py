"""What can be searched, and what it means that a row has the words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from contacts.models import Contact
from contacts.search import looking_for
from crm.search import beginning_with
from deals.models import Deal
from inbox.composing.models import Note
from inbox.models import Message

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Kind:
    """seen: all its rows that the actor may see. having: those of them with the words; None where there are no words.
    by: the time they are sorted by. joined, left_out: what showing them needs and what it does not. endless: there are
    so many of them that one goes back in time before words are looked up (`desk.search.queries.newest`)."""

    key: str
    name: str
    seen: Callable[[Actor], Rows]
    having: Callable[[Actor, Rows, str], Rows | None]
    by: str
    joined: tuple[str, ...]
    left_out: tuple[str, ...] = ("search",)
    endless: bool = False

    def shown(self, looking: Actor) -> Rows:
        return self.seen(looking).select_related(*self.joined).defer(*self.left_out)


def _named(looking: Actor, rows: Rows, text: str) -> Rows | None:
    query = looking_for(text, region=looking.workspace.region)
    return None if query is None else rows.filter(search=query)


def _said(looking: Actor, rows: Rows, text: str) -> Rows | None:
    words = beginning_with(text)
    return None if words is None else rows.filter(search=words)


def _about(looking: Actor, rows: Rows, text: str) -> Rows | None:
    """By their title and notes, or by whom they are with."""
    titled, people = _said(looking, rows, text), _named(looking, Contact.objects.visible_to(looking), text)
    with_them = rows.none() if people is None else rows.filter(contact__in=people)
    if titled is None:
        return None if people is None else with_them
    return rows.filter(Q(pk__in=titled.values("pk")) | Q(pk__in=with_them.values("pk")))


PEOPLE = Kind(
    "people", "People", Contact.objects.visible_to, _named, "last_activity_at", ("client",), endless=True
)  # fmt: skip
MESSAGES = Kind(
    "messages", "Messages", Message.objects.visible_to, _said, "occurred_at", ("conversation__contact", "client"),
    ("body", "html", "headers", "search"), endless=True,
)  # fmt: skip
# The team's own words: whoever is not of it sees none.
NOTES = Kind("notes", "Notes", Note.objects.visible_to, _said, "created_at", ("conversation__contact", "client"))
DEALS = Kind(
    "deals", "Deals", Deal.objects.visible_to, _about, "created_at", ("stage", "contact", "client", "owner__user")
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.key: kind for kind in (PEOPLE, MESSAGES, NOTES, DEALS)}
