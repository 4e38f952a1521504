"""What every event of a chat does: the visitor, the chat with its manager and labels, and the lead's deal."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contacts.labels import named
from contacts.models import Contact
from deals import actions as deals
from deals.models import Deal
from deals.stages import first_open
from inbox.actions import label
from inbox.channels import Channel
from inbox.composing import notes
from inbox.models import Conversation, ConversationLabel
from inbox.threads import thread_of
from integrations.base import Connected
from integrations.jivochat import mapping, people
from integrations.loose import objects, text
from integrations.models import InboundEvent

_MOST_TAGS = 20


def on_record(connected: Connected, event: InboundEvent, *, own_thread: bool = False) -> tuple[Contact, Conversation]:
    """The visitor's contact, locked, and the chat that the event names; with `own_thread`, or where it names none, the
    one that the visitor has outside of chats. Whichever event is the first to name a chat opens it."""
    payload = event.payload
    contact = people.meet(connected, payload, event.arrived_at)
    thread, _ = thread_of(
        actor=connected.actor, contact=contact, identity=people.identity_of(contact, payload), channel=Channel.CHAT,
        connection_id=connected.connection.pk, subject=mapping.title(payload),
        thread_id=None if own_thread else text(payload.get("chat_id"), 200) or None,
    )  # fmt: skip
    people.look_after(connected, payload, contact, thread)
    _tag(connected, payload, thread)
    return contact, thread


def open_deal(connected: Connected, payload: Mapping[str, Any], contact: Contact, thread: Conversation) -> bool:
    """A lead that JivoChat brought is a deal too, the first time and where the connection says so. The contact is
    locked: no two of them at once."""
    wanted = connected.settings.get("opens_deals", True) and contact.source == mapping.SOURCE
    if not wanted or thread.contact_id != contact.pk or Deal.objects.filter(contact=contact).exists():
        return False
    deals.create(
        actor=connected.actor, conversation_id=thread.pk, stage=first_open(connected.workspace).key,
        title=mapping.title(payload)[:300], owner_id=thread.assignee_id,
        notes=text(contact.custom_fields.get("comment")),
    )  # fmt: skip
    return True


def put_label(connected: Connected, thread: Conversation, name: str) -> None:
    found = named(actor=connected.actor, name=name)
    if not ConversationLabel.objects.filter(conversation=thread, label=found).exists():
        label(actor=connected.actor, conversation=thread, label=found)


def write_note(connected: Connected, event: InboundEvent, thread: Conversation, body: str) -> None:
    """For the team, once for an event: no message, and so nobody's turn."""
    token = uuid5(NAMESPACE_URL, f"{connected.connection.pk} {event.key}")
    notes.write(actor=connected.actor, conversation=thread, body=body, token=token)


def _tag(connected: Connected, payload: Mapping[str, Any], thread: Conversation) -> None:
    titles = [text(tag.get("title"), 60).strip() for tag in objects(payload.get("tags"))[:_MOST_TAGS]]
    for title in filter(None, titles):
        put_label(connected, thread, title)
