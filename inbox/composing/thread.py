"""What stands in a thread: messages and notes in the order of their time, and where the new begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.actors import Actor
from crm.pages.keyset import Stretch, moment_of
from inbox import queries
from inbox.composing import presence
from inbox.composing.models import Note
from inbox.models import Conversation, Message

# Far more than a person reads between two stretches of messages.
MOST_NOTES = 200
# What may come in between two looks at a thread that stays open.
MOST_SINCE = 200


@dataclass(frozen=True)
class Entry:
    """A message or a note. `new`: the line “New since you were here” stands above it."""

    at: datetime
    message: Message | None = None
    note: Note | None = None
    new: bool = False


def entries(actor: Actor, conversation: Conversation, stretch: Stretch[Message], mark: str = "") -> list[Entry]:
    """The messages of a stretch of the thread and the notes between them, oldest first, with the line before the first
    that somebody else wrote since the actor was here."""
    said = [Entry(one.occurred_at, message=one) for one in stretch.rows]
    start = said[0].at if said and stretch.more else None
    noted = [Entry(one.created_at, note=one) for one in _notes(actor, conversation, start, moment_of(mark))]
    return _marked(actor, conversation, sorted([*said, *noted], key=lambda one: one.at))


def notes_of(actor: Actor, conversation: Conversation) -> QuerySet[Note]:
    rows: QuerySet[Note] = Note.objects.visible_to(actor).filter(conversation=conversation)
    return rows.defer("search").prefetch_related("mentions__member__user")


def _notes(actor: Actor, conversation: Conversation, start: datetime | None, end: datetime | None) -> Sequence[Note]:
    if not actor.on_team:
        return []
    rows = notes_of(actor, conversation)
    if start is not None:
        rows = rows.filter(created_at__gte=start)
    if end is not None:
        rows = rows.filter(created_at__lt=end)
    return list(rows.order_by("-created_at", "-pk")[:MOST_NOTES])


def _marked(actor: Actor, conversation: Conversation, found: list[Entry]) -> list[Entry]:
    read = presence.last_read(actor, conversation)
    if read is None:
        return found
    for number, one in enumerate(found):
        if _is_new(actor, one, read):
            found[number] = Entry(one.at, one.message, one.note, new=True)
            break
    return found


def _is_new(actor: Actor, one: Entry, read: presence.Reading) -> bool:
    if one.message is not None:
        return one.message.position > read.position and one.message.author_id != actor.id
    return one.note is not None and one.note.created_at > read.at and one.note.author_id != actor.id


def since(actor: Actor, conversation: Conversation, position: int, at: datetime) -> list[Entry]:
    """What was said after `position`, and noted since `at`, in the order of its time."""
    messages = queries.with_deliveries(
        Message.objects.filter(conversation=conversation, position__gt=position).order_by("-position")
    )
    said = [Entry(one.occurred_at, message=one) for one in messages[:MOST_SINCE]]
    noted = [Entry(one.created_at, note=one) for one in _notes(actor, conversation, at, None)]
    return sorted([*said, *noted], key=lambda one: one.at)
