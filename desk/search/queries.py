"""What a search finds, group by group, newest first. No group is counted further than `MOST_COUNTED`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Value

from accounts.actors import Actor
from crm.pages.keyset import Stretch, beyond, stretch
from desk.search.kinds import MESSAGES, Kind, Rows
from inbox.models import Message

FEWEST_LETTERS = 2
MOST_COUNTED = 100
GLANCE = 5
PAGE = 30
# How far one goes back in time before a word is looked up instead.
RECENT = 5_000


@dataclass(frozen=True)
class Group:
    kind: Kind
    found: Stretch[Any]
    count: int

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def is_enough(text: str) -> bool:
    return len(text.strip()) >= FEWEST_LETTERS


def everything(looking: Actor, text: str, kinds: Sequence[Kind]) -> list[Group]:
    """The first few of each kind that has any. Four queries for each at most."""
    groups = (group(looking, text, kind, length=GLANCE) for kind in kinds)
    return [one for one in groups if one.found.rows]


def group(looking: Actor, text: str, kind: Kind, *, mark: str = "", length: int = PAGE) -> Group:
    hits = newest(looking, text, kind, mark=mark, most=MOST_COUNTED + 1)
    rows = kind.shown(looking).filter(pk__in=hits)
    return Group(kind, stretch(rows, by=kind.by, mark="", length=length), len(hits))


def first(looking: Actor, text: str, kind: Kind, most: int) -> list[Any]:
    """The newest `most` that have it."""
    rows = kind.shown(looking).filter(pk__in=newest(looking, text, kind, most=most))
    return list(rows.order_by(f"-{kind.by}", "-pk"))


def conversations(looking: Actor, text: str, most: int) -> list[Message]:
    """The newest message with these words of each of the `most` conversations that were last spoken in."""
    by_conversation: dict[object, Message] = {}
    for message in first(looking, text, MESSAGES, most * 4):
        by_conversation.setdefault(message.conversation_id, message)
    return list(by_conversation.values())[:most]


def newest(looking: Actor, text: str, kind: Kind, *, mark: str = "", most: int) -> list[UUID]:
    """The ids of the newest `most` that have the words, after `mark`.

    A common word is met at once among the newest rows of all. Any other is looked up, and what has it is sorted: by a
    sum, which no index has the order of. Left to itself PostgreSQL, which cannot tell the one from the other by its
    beginning, goes back through all of time for a word that is hardly there.
    """
    seen = beyond(kind.seen(looking), by=kind.by, mark=mark)
    having = kind.having(looking, seen, text)
    if having is None:
        return []
    since = _recent(kind, seen) if kind.endless else None
    if since is not None:
        found = _ids(having.filter(**{f"{kind.by}__gte": since}).order_by(f"-{kind.by}", "-pk"), most)
        if len(found) == most:
            return found
    return _ids(having.alias(at=F(kind.by) + Value(timedelta(0))).order_by("-at", "-pk"), most)


def _recent(kind: Kind, seen: Rows) -> datetime | None:
    """When the newest `RECENT` rows begin; None where there are no more than these."""
    times = seen.order_by(f"-{kind.by}", "-pk").values_list(kind.by, flat=True)
    found: datetime | None = times[RECENT : RECENT + 1].first()
    return found


def _ids(rows: Rows, most: int) -> list[UUID]:
    return list(rows.values_list("pk", flat=True)[:most])
