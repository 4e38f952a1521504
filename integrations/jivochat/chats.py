"""What happens in a chat: it is taken, goes on, is given to somebody, ends; or is left as a message, or is a call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from accounts.models import Membership
from contacts.labels import named
from contacts.models import Contact
from crm.errors import Conflict
from deals import actions as deals
from deals.models import Deal
from deals.stages import first_open
from inbox.actions import assign, label
from inbox.channels import Channel
from inbox.composing import notes
from inbox.messages import Draft
from inbox.models import Conversation, ConversationLabel
from inbox.opening import add_message
from inbox.threads import thread_of
from integrations.base import Connected
from integrations.jivochat import mapping, people, transcript
from integrations.loose import objects, part, text
from integrations.models import InboundEvent

_MOST_TAGS = 20
_TALKS = {"callback": "Callback", "incoming": "Incoming call", "outgoing": "Outgoing call"}
_STANDINGS = {
    "start": "started", "end": "ended", "agent_connected": "the agent picked up",
    "client_connected": "the visitor picked up", "error": "failed",
}  # fmt: skip


def going_on(connected: Connected, event: InboundEvent) -> str:
    """chat_accepted, chat_updated: the lead, with its chat, its manager and, where the connection says so, its deal."""
    contact = people.meet(connected, event.payload, event.arrived_at)
    thread = _thread(connected, event.payload, contact)
    people.look_after(connected, event.payload, contact, thread)
    _tag(connected, event.payload, thread)
    opened = _open_deal(connected, event.payload, contact, thread)
    return f"{thread.subject or 'The chat'} is on the record of {contact}{', with a new deal' if opened else ''}."


def finished(connected: Connected, event: InboundEvent) -> str:
    """chat_finished: everything that was said, once, however often it comes."""
    payload = event.payload
    contact = people.meet(connected, payload, event.arrived_at)
    thread = _thread(connected, payload, contact)
    people.look_after(connected, payload, contact, thread)
    said = _timed(transcript.lines(payload))
    members = {login: people.colleague(connected, login) for login in {line.login for line in said}}
    new = sum(_say(connected, thread, line, members[line.login], event.arrived_at) for line in said)
    _tag(connected, payload, thread)
    _judge(connected, payload, thread)
    _open_deal(connected, payload, contact, thread)
    return f"{new} new {'message' if new == 1 else 'messages'} in {thread.subject or 'the chat'} with {contact}."


def assigned(connected: Connected, event: InboundEvent) -> str:
    """chat_assigned: an agent tied the chat to a record here, and so answers for it."""
    payload = event.payload
    contact = people.meet(connected, payload, event.arrived_at)
    thread = _thread(connected, payload, contact)
    agent = people.colleague(connected, people.login_of(payload))
    if agent is None:
        people.look_after(connected, payload, contact, thread)
    else:
        assign(actor=connected.actor, conversation=thread, to=agent)
    link = text(payload.get("assign_to"), 2000)
    if link and str(contact.pk) not in link:
        who = text(part(payload, "agent").get("name"), 300) or "An agent"
        _note(connected, event, thread, f"{who} tied this chat to {link}")
    return f"The chat with {contact} was given to {agent.user if agent else 'nobody new'}."


def left(connected: Connected, event: InboundEvent) -> str:
    """offline_message: what was left while nobody was there, for somebody to follow up."""
    payload = event.payload
    contact = people.meet(connected, payload, event.arrived_at)
    own = {**payload, "chat_id": None}  # all that one visitor leaves is one thread
    thread = _thread(connected, own, contact)
    people.look_after(connected, payload, contact, thread)
    _tag(connected, payload, thread)
    body = text(payload.get("message"))
    if not body:
        return f"{contact} left an empty message."
    draft = Draft(
        "inbound", body, external_id=f"offline:{text(payload.get('offline_message_id'), 200) or event.key}",
        occurred_at=event.arrived_at, offline=True, author_name=text(part(payload, "visitor").get("name"), 300),
    )  # fmt: skip
    try:
        add_message(actor=connected.actor, conversation=thread, draft=draft)
    except Conflict:  # it came before, as somebody else's: what was said then stands
        return f"This message of {contact} is on record already."
    _open_deal(connected, payload, contact, thread)
    return f"{contact} left a message."


def called(connected: Connected, event: InboundEvent) -> str:
    """call_event: a line of what became of a call, for the team; it is no message, and so nobody's turn."""
    payload = event.payload
    contact = people.meet(connected, payload, event.arrived_at)
    thread = _thread(connected, payload, contact)
    people.look_after(connected, payload, contact, thread)
    line = call_in_words(payload)
    _note(connected, event, thread, line)
    return f"{contact}: {line}"


def call_in_words(payload: Mapping[str, Any]) -> str:
    call = part(payload, "call")
    kind, standing = text(call.get("type"), 60), text(call.get("status"), 60)
    number = text(call.get("phone"), 60) or text(part(payload, "visitor").get("phone"), 60)
    agent = text(part(payload, "agent").get("name"), 300)
    said = [f"{_TALKS.get(kind, 'Call')}{f' with {number}' if number else ''}{f', {agent}' if agent else ''}"]
    said[0] += f": {_STANDINGS.get(standing, standing or 'no status')}."
    if reason := text(call.get("reason"), 1000):
        said.append(f"Reason: {reason}")
    recording = text(call.get("record_url"), 2000)
    if _is_https(recording):
        said.append(f"Recording: {recording}")
    return "\n".join(said)


def _is_https(address: str) -> bool:
    try:
        found = urlsplit(address)
    except ValueError:
        return False
    return found.scheme == "https" and bool(found.hostname) and not any(map(str.isspace, address))


def _thread(connected: Connected, payload: Mapping[str, Any], contact: Contact) -> Conversation:
    """The chat here. The first event to name it opens it; a call or message outside of any chat goes to the visitor's
    own."""
    thread, _ = thread_of(
        actor=connected.actor, contact=contact, identity=people.identity_of(contact, payload), channel=Channel.CHAT,
        connection_id=connected.connection.pk, thread_id=text(payload.get("chat_id"), 200) or None,
        subject=mapping.title(payload),
    )  # fmt: skip
    return thread


def _timed(said: list[transcript.Line]) -> list[transcript.Line]:
    """A message without a time of its own was said at the time of the one before it."""
    times = [line.at for line in said]
    for place in range(1, len(times)):
        times[place] = times[place] or times[place - 1]
    return [replace(line, at=at) for line, at in zip(said, times, strict=True)]


def _say(
    connected: Connected, thread: Conversation, line: transcript.Line, member: Membership | None, arrived_at: datetime
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
        _label(connected, thread, f"Rated {rate}")
    if (chat.get("blacklisted") or payload.get("blacklisted")) in (True, 1, "1", "true"):
        _label(connected, thread, "Blacklisted in JivoChat")


def _tag(connected: Connected, payload: Mapping[str, Any], thread: Conversation) -> None:
    titles = [text(tag.get("title"), 60).strip() for tag in objects(payload.get("tags"))[:_MOST_TAGS]]
    for title in filter(None, titles):
        _label(connected, thread, title)


def _label(connected: Connected, thread: Conversation, name: str) -> None:
    found = named(actor=connected.actor, name=name)
    if not ConversationLabel.objects.filter(conversation=thread, label=found).exists():
        label(actor=connected.actor, conversation=thread, label=found)


def _note(connected: Connected, event: InboundEvent, thread: Conversation, body: str) -> None:
    notes.write(
        actor=connected.actor, conversation=thread, body=body,
        token=uuid5(NAMESPACE_URL, f"{connected.connection.pk} {event.key}"),
    )  # fmt: skip


def _open_deal(connected: Connected, payload: Mapping[str, Any], contact: Contact, thread: Conversation) -> bool:
    """A lead of JivoChat's own is a deal too, the first time. The contact is locked: no two of them at once."""
    wanted = connected.settings.get("opens_deals", True) and contact.source == mapping.SOURCE
    if not wanted or Deal.objects.filter(contact=contact).exists():
        return False
    deals.create(
        actor=connected.actor, conversation_id=thread.pk, stage=first_open(connected.workspace).key,
        title=mapping.title(payload)[:300], owner_id=thread.assignee_id,
        notes=text(contact.custom_fields.get("comment")),
    )  # fmt: skip
    return True
