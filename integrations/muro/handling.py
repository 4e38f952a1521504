"""What an event of muro, or what its batch found, does here: the person is known, their chat stands on the record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from accounts.actors import Actor
from contacts.addresses import Address
from contacts.incoming import Known, Met, take_in
from inbox import outside
from inbox.channels import Channel
from inbox.composing import notes
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, Message, OutsideId
from inbox.receiving import Arrival, receive
from integrations.base import Connected
from integrations.links import link
from integrations.models import Link
from integrations.muro import mapping
from integrations.muro.mapping import KEY, Said, Visitor

TRANSCRIPT, NOTE = "transcript", "note"
NO_TEXT = "(no text)"


@dataclass(frozen=True)
class Chat:
    """A conversation as muro has it. `whole_until`: up to this moment nothing of it is missing in `said`."""

    id: str
    visitor: Visitor
    said: Sequence[Said]
    whole_until: datetime | None


def known(visitor: Visitor, *, key: str = "", changed_at: datetime | None = None) -> Known:
    """What muro says of a person. Whoever has no id there is known by `key`."""
    fields: dict[str, Any] = {"name": visitor.name} if visitor.name else {}
    if visitor.conversation_count is not None:
        fields["custom_fields.engagement_score"] = visitor.conversation_count
    return Known(
        system=KEY, key=visitor.id or key, addresses=visitor.addresses(), fields=fields, changed_at=changed_at,
        source=KEY, active_at=visitor.seen_at or changed_at,
    )  # fmt: skip


def meet(connected: Connected, visitor: Visitor, *, key: str = "", changed_at: datetime | None = None) -> Met | None:
    """The contact of a visitor, found or made; None where muro names nobody."""
    one = known(visitor, key=key, changed_at=changed_at)
    if not one.key and not one.addresses:
        return None
    return take_in(actor=connected.actor, client_id=connected.client_id, people=[one])[0]


def attach(connected: Connected, chat: Chat) -> int:
    """Take in what is not here yet of a chat, and remember how far it is whole; how many messages were new.

    The person is whom the conversation is with, where it is here already; else the visitor, who else has the
    conversation's id for an address."""
    conversation, opened = conversation_of(connected, chat.id), 0
    if conversation is None:
        conversation, opened = _open(connected, chat)
    new = opened + _go_on(connected, conversation, chat) if conversation else 0
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


def absent(connected: Connected, conversation: str, said: Sequence[Said]) -> list[Said]:
    """Those messages of a conversation that are not here: neither taken in, nor sent from here, nor a note.

    Their ids are those that they are kept under: muro's own; behind the conversation's where it is a note, or where
    another conversation has a message of this id, in case ids count within a conversation only.
    """
    where, own = _kept(connected, {one.id for one in said}), f"{conversation}/"
    elsewhere = {known for known, other in where.items() if other != conversation}
    named = [
        replace(one, id=own + one.id) if (one.is_note or one.id in elsewhere) and not one.id.startswith(own) else one
        for one in said
    ]
    renamed = {one.id for one in named if one.id.startswith(own)}
    here = where.keys() | (_kept(connected, renamed).keys() | _noted(connected, renamed) if renamed else set())
    return [one for one in named if one.id not in here]


def _noted(connected: Connected, ids: set[str]) -> set[str]:
    rows = Link.objects.filter(connection=connected.connection, kind=NOTE, external_id__in=ids)
    return set(rows.values_list("external_id", flat=True))


def _kept(connected: Connected, ids: set[str]) -> dict[str, str]:
    """Of these ids of messages those that are here, each with muro's id of its conversation."""
    mine = {"connection": connected.connection, "external_id__in": ids}
    came = Message.objects.filter(wall=connected.wall, **mine).order_by()
    sent = OutsideId.objects.filter(**mine).values_list("external_id", "message__conversation__external_id")
    return dict(came.values_list("external_id", "conversation__external_id").union(sent, all=True))


def strange(connected: Connected, conversation: Conversation, missing: Sequence[Said]) -> list[Said]:
    """Those of `missing` that are not our own, heard again before muro told us its ids of them: these are known from
    now on. `conversation` is locked."""
    return [one for one in missing if not _is_ours(connected, conversation, one)]


def _is_ours(connected: Connected, conversation: Conversation, one: Said) -> bool:
    if not one.is_note:
        return one.direction == mapping.OUTBOUND and bool(outside.echoed(conversation, one.body, one.id))
    note = _own_note(connected, conversation, one)
    if note is not None:
        link(connected.connection, NOTE, one.id, note.pk)
    return note is not None


def conversation_of(connected: Connected, id: str) -> Conversation | None:
    rows = Conversation.objects.filter(wall=connected.wall, connection=connected.connection, external_id=id)
    found: Conversation | None = rows.first()
    return found


def remember(connected: Connected, conversation: str, subject_id: UUID, until: datetime) -> None:
    """Up to `until` (muro's time) the whole transcript is here."""
    link(connected.connection, TRANSCRIPT, conversation, subject_id, until=until.isoformat())


def _note(connected: Connected, conversation: Conversation, one: Said) -> None:
    """A note that somebody wrote at muro."""
    note, _ = notes.write(
        actor=_writer(connected.actor, one), conversation=conversation, body=one.body[: notes.LONGEST],
        token=uuid5(connected.connection.pk, one.id),
    )  # fmt: skip
    link(connected.connection, NOTE, one.id, note.pk)


def _own_note(connected: Connected, conversation: Conversation, one: Said) -> Any:
    """The oldest note with these words that was written here and whose id at muro is not known yet."""
    linked = Link.objects.filter(connection=connected.connection, kind=NOTE).values("subject_id")
    ours = conversation.notes.filter(author__isnull=False, body=one.body.strip()).exclude(pk__in=linked)
    return ours.order_by("created_at", "id").first()


def _writer(actor: Actor, one: Said) -> Actor:
    return replace(actor, name=one.author or actor.name, acted_at=min(one.at or actor.now, actor.now))
