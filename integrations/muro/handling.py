"""A chat of muro on the record of the person it is with: opened, and what is missing appended, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.utils import timezone

from accounts.actors import Actor
from contacts.addresses import Address
from inbox.channels import Channel
from inbox.composing import notes
from inbox.messages import Draft, append, lock
from inbox.models import Conversation
from inbox.receiving import Arrival, receive
from integrations.base import Connected
from integrations.links import link
from integrations.muro import mapping
from integrations.muro.mapping import KEY, Said, Visitor
from integrations.muro.recognising import NOTE, absent, strange

TRANSCRIPT = "transcript"  # the kind of links that say until when a chat is whole
NO_TEXT = "(no text)"


@dataclass(frozen=True)
class Chat:
    """A conversation as muro has it. `whole_until`: up to this moment nothing of it is missing in `said`."""

    id: str
    visitor: Visitor
    said: Sequence[Said]
    whole_until: datetime | None


def attach(connected: Connected, chat: Chat) -> int:
    """Take in what is not here yet of a chat, and remember how far it is whole; how many messages were new.

    The person is whom the conversation is with, where it is here already; else the visitor, who else has the
    conversation's id for an address."""
    conversation, opened = conversation_of(connected, chat.id), 0
    if conversation is None:
        conversation, opened = _open(connected, chat)
    is_whole = opened == len(chat.said)
    new = opened + _go_on(connected, conversation, chat) if conversation and not is_whole else opened
    if chat.whole_until is not None:
        remember(connected, chat.id, conversation.pk if conversation else connected.connection.pk, chat.whole_until)
    return new


def _open(connected: Connected, chat: Chat) -> tuple[Conversation | None, int]:
    """The conversation with its first message, and whether that is new; none where nothing was said but notes."""
    first = next((one for one in absent(connected, chat.id, chat.said) if not one.is_note), None)
    if first is None:
        return None, 0
    arrival = Arrival(
        channel=Channel.CHAT, addresses=[Address(KEY, chat.visitor.id or chat.id)], draft=_draft(first), source=KEY,
        thread_id=chat.id, client_id=connected.client_id, connection_id=connected.connection.pk,
    )  # fmt: skip
    message, is_new = receive(actor=connected.actor, arrival=arrival)
    return message.conversation, int(is_new)


def _go_on(connected: Connected, conversation: Conversation, chat: Chat) -> int:
    """Append what is missing. Under the conversation's lock, so that whoever does the same meanwhile comes after."""
    locked = lock(conversation)
    missing = strange(connected, locked, absent(connected, chat.id, chat.said))
    for one in missing:
        if one.is_note:
            _note(connected, locked, one)
        else:
            append(actor=connected.actor, conversation=locked, draft=_draft(one))
    return len(missing)


def _draft(one: Said) -> Draft:
    return Draft(
        direction=one.direction,
        body=one.body or NO_TEXT,
        external_id=one.id,
        occurred_at=one.at,
        author_kind="" if one.direction == mapping.INBOUND else "system" if one.by_machine else "person",
        author_name=one.author,
    )


def conversation_of(connected: Connected, id: str) -> Conversation | None:
    rows = Conversation.objects.filter(wall=connected.wall, connection=connected.connection, external_id=id)
    found: Conversation | None = rows.first()
    return found


def remember(connected: Connected, conversation: str, subject_id: UUID, until: datetime) -> None:
    """Up to `until` (muro's time, never later than now) the whole transcript is here."""
    whole = min(until, timezone.now())
    link(connected.connection, TRANSCRIPT, conversation, subject_id, until=whole.isoformat())


def _note(connected: Connected, conversation: Conversation, one: Said) -> None:
    """A note that somebody wrote at muro."""
    note, _ = notes.write(
        actor=_writer(connected.actor, one), conversation=conversation, body=one.body[: notes.LONGEST],
        token=uuid5(connected.connection.pk, one.id),
    )  # fmt: skip
    link(connected.connection, NOTE, one.id, note.pk)


def _writer(actor: Actor, one: Said) -> Actor:
    return replace(actor, name=one.author or actor.name, acted_at=min(one.at or actor.now, actor.now))
