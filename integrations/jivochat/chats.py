"""What happens in a chat: it is taken, goes on, is given to somebody, ends; or is a message that was left."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Membership
from crm.errors import Conflict
from inbox.actions import assign
from inbox.messages import Draft
from inbox.models import Conversation, Message
from inbox.opening import add_message
from integrations.base import Connected
from integrations.jivochat import people
from integrations.jivochat.record import on_record, open_deal, put_label, write_note
from integrations.jivochat.transcript import Line, lines
from integrations.loose import part, text
from integrations.models import InboundEvent


def going_on(connected: Connected, event: InboundEvent) -> str:
    """chat_accepted, chat_updated: the lead, with its chat, its manager and, where the connection says so, its deal."""
    contact, thread = on_record(connected, event)
    opened = open_deal(connected, event.payload, contact, thread)
    return f"{thread} is on the record of {contact}{', with a new deal' if opened else ''}."


def finished(connected: Connected, event: InboundEvent) -> str:
    """chat_finished: everything that was said, once, however often it comes."""
    contact, thread = on_record(connected, event)
    said = _timed(lines(event.payload))
    members = {login: people.colleague(connected, login) for login in {line.login for line in said}}
    new = sum(_say(connected, thread, line, members[line.login], event.arrived_at) for line in said)
    _judge(connected, event.payload, thread)
    open_deal(connected, event.payload, contact, thread)
    return f"{new} new {'message' if new == 1 else 'messages'} in {thread} with {contact}."


def assigned(connected: Connected, event: InboundEvent) -> str:
    """chat_assigned: an agent tied the chat to a record here, and so answers for it."""
    payload = event.payload
    contact, thread = on_record(connected, event)
    agent = people.colleague(connected, people.login_of(payload))
    if agent is not None:
        assign(actor=connected.actor, conversation=thread, to=agent)
    link = text(payload.get("assign_to"), 2000)
    if link and str(contact.pk) not in link:
        who = text(part(payload, "agent").get("name"), 300) or "An agent"
        write_note(connected, event, thread, f"{who} tied this chat to {link}")
    return f"{thread} was given to {agent.user if agent else 'nobody new'}."


def left(connected: Connected, event: InboundEvent) -> str:
    """offline_message: what was left while nobody was there, for somebody to follow up. All that one visitor leaves is
    one thread."""
    payload = event.payload
    contact, thread = on_record(connected, event, own_thread=True)
    body = text(payload.get("message"))
    if not body:
        return f"{contact} left an empty message."
    draft = Draft(
        Message.Direction.INBOUND, body, occurred_at=event.arrived_at, offline=True,
        external_id=f"offline:{text(payload.get('offline_message_id'), 200) or event.key}",
        author_name=text(part(payload, "visitor").get("name"), 300),
    )  # fmt: skip
    try:
        add_message(actor=connected.actor, conversation=thread, draft=draft)
    except Conflict:  # it came before, as somebody else's: what was said then stands
        return f"This message of {contact} is on record already."
    open_deal(connected, payload, contact, thread)
    return f"{contact} left a message."


def _timed(said: list[Line]) -> list[Line]:
    """A message without a time of its own was said at the time of the one before it."""
    times = [line.at for line in said]
    for place in range(1, len(times)):
        times[place] = times[place] or times[place - 1]
    return [replace(line, at=at) for line, at in zip(said, times, strict=True)]


def _say(
    connected: Connected, thread: Conversation, line: Line, member: Membership | None, arrived_at: datetime
) -> bool:
    """Whether it is new."""
    draft = Draft(
        line.direction, line.body, external_id=line.external_id, occurred_at=line.at or arrived_at,
        author_id=member.pk if member else None, author_name=line.author,
    )  # fmt: skip
    _, new = add_message(actor=connected.actor, conversation=thread, draft=draft)
    return new


def _judge(connected: Connected, payload: Mapping[str, Any], thread: Conversation) -> None:
    """How the visitor rated the chat, and whether they were blocked, as labels."""
    chat = part(payload, "chat")
    rate = text(chat.get("rate") or payload.get("rate")).lower()
    if rate in ("positive", "negative"):
        put_label(connected, thread, f"Rated {rate}")
    if (chat.get("blacklisted") or payload.get("blacklisted")) in (True, 1, "1", "true"):
        put_label(connected, thread, "Blacklisted in JivoChat")
