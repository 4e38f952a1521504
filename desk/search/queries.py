"""What a search finds, group by group, newest first.

With an index by time beside the one by words, PostgreSQL takes whichever is cheaper: a rare word is looked up and its
few rows sorted, a common one is met at once by going back in time. No group is counted further than `MOST_COUNTED`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQueryCombinable
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from contacts.models import Contact
from contacts.search import looking_for
from crm.pages.keyset import Stretch, stretch
from crm.search import beginning_with
from deals.models import Deal
from inbox.composing.models import Note
from inbox.models import Message

FEWEST_LETTERS = 2
MOST_COUNTED = 100
GLANCE = 5
PAGE = 30

_LONG = ("body", "html", "headers", "search")

Rows = Callable[[Actor, str], "QuerySet[Any] | None"]


@dataclass(frozen=True)
class Kind:
    """by: the time its rows are sorted by."""

    key: str
    name: str
    by: str
    rows: Rows


@dataclass(frozen=True)
class Group:
    kind: Kind
    found: Stretch[Any]
    count: int

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def people(looking: Actor, text: str) -> "QuerySet[Contact] | None":
    query = looking_for(text, region=looking.workspace.region)
    if query is None:
        return None
    rows: QuerySet[Contact] = Contact.objects.visible_to(looking).filter(search=query)
    return rows.select_related("client").defer("search")


def messages(looking: Actor, text: str) -> "QuerySet[Message] | None":
    rows = _having(Message.objects.visible_to(looking), text)
    return None if rows is None else rows.select_related("conversation__contact", "client").defer(*_LONG)


def notes(looking: Actor, text: str) -> "QuerySet[Note] | None":
    """The team's own words: nothing for whoever is not of it."""
    rows = _having(Note.objects.visible_to(looking), text)
    return None if rows is None else rows.select_related("conversation__contact", "client").defer("search")


def deals(looking: Actor, text: str) -> "QuerySet[Deal] | None":
    """By their title and notes, or by whom they are with."""
    words, person = beginning_with(text), looking_for(text, region=looking.workspace.region)
    if person is None:
        return None
    seen = Deal.objects.visible_to(looking)
    with_them = seen.filter(contact__in=Contact.objects.visible_to(looking).filter(search=person))
    about = seen.filter(search=words) if words is not None else seen.none()
    rows = Deal.objects.filter(Q(pk__in=about.values("pk")) | Q(pk__in=with_them.values("pk")))
    return rows.select_related("stage", "contact", "client", "owner__user").defer("search")


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("people", "People", "last_activity_at", people),
        Kind("messages", "Messages", "occurred_at", messages),
        Kind("notes", "Notes", "created_at", notes),
        Kind("deals", "Deals", "created_at", deals),
    )
}


def is_enough(text: str) -> bool:
    return len(text.strip()) >= FEWEST_LETTERS


def everything(looking: Actor, text: str, kinds: Sequence[Kind]) -> list[Group]:
    """The first few of each kind that has any. Two queries for each at most."""
    groups = (group(looking, text, kind, length=GLANCE) for kind in kinds)
    return [one for one in groups if one is not None and one.found.rows]


def group(looking: Actor, text: str, kind: Kind, *, mark: str = "", length: int = PAGE) -> Group | None:
    """None where `text` has nothing to look for."""
    rows = kind.rows(looking, text)
    if rows is None:
        return None
    found = stretch(rows, by=kind.by, mark=mark, length=length)
    count = rows.order_by()[: MOST_COUNTED + 1].count() if found.more or mark else len(found.rows)
    return Group(kind, found, count)


def first(looking: Actor, text: str, kind: Kind, most: int) -> Sequence[Any]:
    rows = kind.rows(looking, text)
    return [] if rows is None else list(rows.order_by(f"-{kind.by}", "-pk")[:most])


def conversations(looking: Actor, text: str, most: int) -> list[Message]:
    """The newest message with these words of each of the `most` conversations that were last spoken in."""
    rows = messages(looking, text)
    if rows is None:
        return []
    by_conversation: dict[object, Message] = {}
    for message in rows.order_by("-occurred_at", "-pk")[: most * 4]:
        by_conversation.setdefault(message.conversation_id, message)
    return list(by_conversation.values())[:most]


def _having(rows: "QuerySet[Any]", text: str) -> "QuerySet[Any] | None":
    words: SearchQueryCombinable | None = beginning_with(text)
    return None if words is None else rows.filter(search=words)
