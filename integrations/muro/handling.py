"""What an event of muro, or what its batch found, does here: the person is known, their chat stands on the record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from accounts.actors import Actor
from contacts.addresses import Address
from contacts.incoming import Known, Met, take_in
from contacts.models import Identity
from inbox import outside
from inbox.channels import Channel
from inbox.composing import notes
from inbox.messages import Draft, lock
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
    conversation = conversation_of(connected, chat.id)
    address = _address(conversation, chat)
    missing = absent(connected, chat.said)
    in_turn = sorted(chat.said, key=lambda one: one.is_note)  # a note needs a conversation to stand in
    new = sum(say(connected, chat.id, address, one) for one in in_turn if one.id in missing)
    if chat.whole_until is not None:
        subject = conversation or conversation_of(connected, chat.id)
        remember(connected, chat.id, subject.pk if subject else connected.connection.pk, chat.whole_until)
    return new


def say(connected: Connected, conversation: str, address: Address, one: Said) -> bool:
    """Append one message, or write one note, unless it is here; whether it was not."""
    if one.is_note:
        return _note(connected, conversation, one)
    draft = Draft(
        direction=one.direction,
        body=one.body or NO_TEXT,
        external_id=one.id,
        occurred_at=one.at,
        author_kind="" if one.direction == mapping.INBOUND else "system" if one.by_machine else "person",
        author_name=one.author,
    )
    arrival = Arrival(
        channel=Channel.CHAT, addresses=[address], draft=draft, thread_id=conversation, source=KEY,
        client_id=connected.client_id, connection_id=connected.connection.pk,
    )  # fmt: skip
    return receive(actor=connected.actor, arrival=arrival)[1]


def absent(connected: Connected, said: Sequence[Said]) -> set[str]:
    """The ids of those messages that are not here: neither taken in, nor sent from here, nor a note."""
    ids = {one.id for one in said}
    messages = Message.objects.filter(wall=connected.wall, connection=connected.connection, external_id__in=ids)
    sent = OutsideId.objects.filter(connection=connected.connection, external_id__in=ids)
    noted = Link.objects.filter(connection=connected.connection, kind=NOTE, external_id__in=ids)
    here = [rows.order_by().values_list("external_id", flat=True) for rows in (messages, sent, noted)]
    return ids - set(here[0].union(*here[1:], all=True)) if ids else ids


def recognised(connected: Connected, conversation: Conversation, said: Sequence[Said]) -> set[str]:
    """The ids of those of `said` that are our own, heard again before muro told us its ids of them: from now on they
    are known."""
    locked, found = lock(conversation), set()
    for one in said:
        if one.is_note and (note := _own_note(connected, locked, one)):
            link(connected.connection, NOTE, one.id, note.pk)
            found.add(one.id)
        elif not one.is_note and one.direction == mapping.OUTBOUND and outside.echoed(locked, one.body, one.id):
            found.add(one.id)
    return found


def conversation_of(connected: Connected, id: str) -> Conversation | None:
    rows = Conversation.objects.filter(wall=connected.wall, connection=connected.connection, external_id=id)
    found: Conversation | None = rows.first()
    return found


def remember(connected: Connected, conversation: str, subject_id: UUID, until: datetime) -> None:
    """Up to `until` (muro's time) the whole transcript is here."""
    link(connected.connection, TRANSCRIPT, conversation, subject_id, until=until.isoformat())


def _address(conversation: Conversation | None, chat: Chat) -> Address:
    if conversation is not None:
        identity = Identity.objects.filter(contact=conversation.contact_id).order_by("id").first()
        if identity is not None:
            return Address(identity.kind, identity.value)
    return Address(KEY, chat.visitor.id or chat.id)


def _note(connected: Connected, conversation: str, one: Said) -> bool:
    """A note that somebody wrote at muro; or our own coming back, which is remembered by its id from now on."""
    row = conversation_of(connected, conversation)
    if row is None or not one.body:
        return False
    own = _own_note(connected, row, one)
    note, new = (own, False) if own else notes.write(
        actor=_writer(connected.actor, one), conversation=row, body=one.body[: notes.LONGEST],
        token=uuid5(connected.connection.pk, one.id),
    )  # fmt: skip
    link(connected.connection, NOTE, one.id, note.pk)
    return new


def _own_note(connected: Connected, conversation: Conversation, one: Said) -> Any:
    """The oldest note with these words that was written here and whose id at muro is not known yet."""
    linked = Link.objects.filter(connection=connected.connection, kind=NOTE).values("subject_id")
    ours = conversation.notes.filter(author__isnull=False, body=one.body.strip()).exclude(pk__in=linked)
    return ours.order_by("created_at", "id").first()


def _writer(actor: Actor, one: Said) -> Actor:
    return replace(actor, name=one.author or actor.name, acted_at=min(one.at or actor.now, actor.now))
