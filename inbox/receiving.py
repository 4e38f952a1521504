"""Taking in what happened elsewhere: find the person, find the thread, append once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.addresses import Address
from contacts.models import Contact, Identity
from contacts.people import find_or_create
from inbox import outside
from inbox.channels import Channel
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, Message


@dataclass(frozen=True)
class Arrival:
    """A message from outside and where it belongs.

    addresses: the person's, the one this thread runs on first. thread_id: the outside system's id of the conversation.
    ancestors: external ids of messages it answers, nearest first. client_id: whose it is; the receiver has checked it.
    """

    channel: str
    addresses: Sequence[Address]
    draft: Draft
    name: str = ""
    thread_id: str | None = None
    ancestors: Sequence[str] = ()
    client_id: UUID | None = None
    connection_id: UUID | None = None
    campaign_id: UUID | None = None
    source: str = ""


@transaction.atomic
def receive(*, actor: Actor, arrival: Arrival) -> tuple[Message, bool]:
    """The message, and whether it is new: the same external id again answers with the first, however many at once."""
    known = _known(actor, arrival)
    if known is not None:
        return known, False
    contact, identity = find_or_create(
        actor=actor, client_id=arrival.client_id, addresses=arrival.addresses, name=arrival.name, source=arrival.source,
        active_at=arrival.draft.occurred_at,
    )  # fmt: skip
    # The contact is locked now: a parallel copy of this message has either committed or waits behind us.
    known = _known(actor, arrival)
    if known is not None:
        return known, False
    conversation = lock(_conversation(actor, arrival, contact, identity))
    own = _own_echo(conversation, arrival)
    if own is not None:
        return own, False
    return append(actor=actor, conversation=conversation, draft=arrival.draft), True


@transaction.atomic
def thread(*, actor: Actor, arrival: Arrival) -> Conversation:
    """The conversation that a message of `arrival` would stand in, opened where there is none, and locked. Nothing is
    appended: an outside system told of the conversation itself."""
    contact, identity = find_or_create(
        actor=actor, client_id=arrival.client_id, addresses=arrival.addresses, name=arrival.name, source=arrival.source,
        active_at=arrival.draft.occurred_at,
    )  # fmt: skip
    return lock(_conversation(actor, arrival, contact, identity))


def _known(actor: Actor, arrival: Arrival) -> Message | None:
    if arrival.draft.external_id is None:
        return None
    found = _messages(actor, arrival).filter(external_id=arrival.draft.external_id).first()
    return found or (arrival.connection_id and outside.known(arrival.connection_id, arrival.draft.external_id)) or None


def _own_echo(conversation: Conversation, arrival: Arrival) -> Message | None:
    """What we sent, heard again before the system told us its id."""
    draft = arrival.draft
    if draft.direction == Message.Direction.INBOUND or draft.external_id is None or arrival.connection_id is None:
        return None
    return outside.echoed(conversation, draft.body, draft.external_id)


def _messages(actor: Actor, arrival: Arrival) -> QuerySet[Message]:
    wall = arrival.client_id or actor.workspace.pk
    rows: QuerySet[Message] = Message.objects.filter(wall=wall, connection=arrival.connection_id)
    return rows


def _conversation(actor: Actor, arrival: Arrival, contact: Contact, identity: Identity) -> Conversation:
    found: Conversation | None = None
    if arrival.thread_id:
        found = Conversation.objects.filter(
            wall=contact.wall, connection=arrival.connection_id, external_id=arrival.thread_id
        ).first()
    elif arrival.ancestors:
        found = _answered(actor, arrival, contact)
    elif arrival.channel != Channel.EMAIL:  # a chat with a person is one thread; a mail with no ancestors is a new one
        found = _chat(arrival, contact, identity)
    return found or _open(actor, arrival, contact, identity)


def _chat(arrival: Arrival, contact: Contact, identity: Identity) -> Conversation | None:
    """The one with this very address: a person's two numbers are two chats."""
    chats = Conversation.objects.filter(
        Q(identity=identity) | Q(identity=None),
        contact=contact, channel=arrival.channel, connection=arrival.connection_id, external_id=None,
    )  # fmt: skip
    found: Conversation | None = chats.order_by("-sorted_at").first()
    return found


def _answered(actor: Actor, arrival: Arrival, contact: Contact) -> Conversation | None:
    """The conversation of the nearest ancestor that is here. Somebody else's thread stays theirs: one contact each."""
    ancestors = list(arrival.ancestors)
    rows = Message.objects.filter(
        wall=arrival.client_id or actor.workspace.pk, external_id__in=ancestors,
        conversation__contact=contact, conversation__connection=arrival.connection_id,
    )  # fmt: skip
    found = {message.external_id: message.conversation for message in rows.select_related("conversation")}
    return next((found[one] for one in ancestors if one in found), None)


def _open(actor: Actor, arrival: Arrival, contact: Contact, identity: Identity) -> Conversation:
    conversation = Conversation.objects.create(
        workspace=actor.workspace,
        client_id=arrival.client_id,
        contact=contact,
        identity=identity,
        channel=arrival.channel,
        connection_id=arrival.connection_id,
        campaign_id=arrival.campaign_id,
        external_id=arrival.thread_id,
        sorted_at=arrival.draft.occurred_at or contact.last_activity_at,
    )
    record(actor, EventType.CONVERSATION_CREATED, conversation, contact_id=contact.pk, channel=arrival.channel)
    return conversation
