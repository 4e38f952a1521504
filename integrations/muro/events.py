"""The kinds of events: what muro's webhooks say, and what its batch found that none had said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from activity.work import Failed
from integrations.base import Connected
from integrations.calling import VendorError
from integrations.models import InboundEvent
from integrations.muro import mapping
from integrations.muro.calls import Muro
from integrations.muro.handling import Chat, attach
from integrations.muro.mapping import Said, Visitor
from integrations.muro.people import meet

IDENTIFIED = "visitor.identified"
# What a batch holds: a chat of which no webhook spoke, a message, and a chat that it could not read.
CHAT, MESSAGE, UNREAD = "batch.conversation", "batch.message", "batch.unread"
# How far muro's clock and ours may differ: what its signatures bear.
CLOCKS = timedelta(seconds=300)


@dataclass(frozen=True)
class Fetched:
    """The transcript that an event leaves out; or, in `words`, why there is none."""

    said: tuple[Said, ...] = ()
    at: datetime | None = None
    words: str = ""


def prepare(connected: Connected, event: InboundEvent) -> Fetched | None:
    """The transcript of the conversation that a webhook names. Whatever its type: something happened there.

    The person is taken in even where the API key is refused: the connection fails then, and its next batch brings the
    chat."""
    conversation = _named(event)
    if not conversation or (event.via == InboundEvent.Via.BATCH and event.type != UNREAD):
        return None
    at = timezone.now()
    try:
        with Muro(connected) as muro:
            rows = muro.transcript(conversation)
    except VendorError as error:
        return Fetched(words=f"muro does not hand out its chat: {error.words or error.code}")
    except Failed as failed:
        return Fetched(words=str(failed))
    return Fetched(tuple(mapping.transcript(conversation, rows)), at)


def _named(event: InboundEvent) -> str:
    if event.via == InboundEvent.Via.BATCH:
        return mapping.conversation_id(event.payload)
    return mapping.conversation_id(event.payload.get("data"))


def handle(connected: Connected, event: InboundEvent, prepared: Fetched | None) -> str:
    if event.via == InboundEvent.Via.BATCH:
        return _BATCH[event.type](connected, event, prepared)
    data = event.payload.get("data")
    conversation = mapping.conversation_id(data)
    if event.type != IDENTIFIED:
        return _kept(connected, event, conversation, prepared)
    visitor = mapping.visitor_of(data)
    met = meet(connected, visitor, key=conversation, changed_at=event.occurred_at)
    if met is None:
        return "It names nobody: neither an id nor an e-mail address. It is kept as it came."
    words = [f"Contact {met.contact} {_OUTCOMES[met.outcome]}.", met.refused]
    return " ".join(filter(None, [*words, _transcript(connected, event, visitor, conversation, prepared)]))


_OUTCOMES = {"new": "added", "changed": "updated", "same": "is as it was"}


def _kept(connected: Connected, event: InboundEvent, conversation: str, prepared: Fetched | None) -> str:
    """Any other type. Its `data` itself is taken for nobody: who knows what its id is the id of."""
    words = f"muro's “{event.type}” is kept as it came."
    visitor = mapping.named_in(event.payload.get("data")) or Visitor()
    if prepared and prepared.said and (visitor.id or visitor.email):
        meet(connected, visitor, changed_at=event.occurred_at)
    return f"{words} {_transcript(connected, event, visitor, conversation, prepared)}".strip()


def _transcript(
    connected: Connected, event: InboundEvent, visitor: Visitor, conversation: str, prepared: Fetched | None
) -> str:
    if prepared is None:
        return ""
    if prepared.words:
        return prepared.words
    said = mapping.dated(prepared.said, event.occurred_at or event.arrived_at)
    until = prepared.at - CLOCKS if prepared.at else None
    new = attach(connected, Chat(conversation, visitor, said, until))
    return f"{_messages(new)} of the chat taken in." if new else "The chat has nothing new."


def _chat(connected: Connected, event: InboundEvent, prepared: Fetched | None) -> str:
    kept = event.payload
    visitor = mapping.person(kept["visitor"])
    meet(connected, visitor, key=kept["conversation"])
    said = [mapping.told(one) for one in kept["said"]]
    new = attach(connected, Chat(kept["conversation"], visitor, said, mapping.moment(kept["until"])))
    return f"The chat was brought by the batch: {_messages(new)}."


def _message(connected: Connected, event: InboundEvent, prepared: Fetched | None) -> str:
    kept = event.payload
    chat = Chat(kept["conversation"], mapping.person(kept["visitor"]), [mapping.told(kept["said"])], None)
    return "Brought by the batch." if attach(connected, chat) else "It was here already."


def _unread(connected: Connected, event: InboundEvent, prepared: Fetched | None) -> str:
    visitor = mapping.person(event.payload["visitor"])
    meet(connected, visitor, key=event.payload["conversation"])
    return _transcript(connected, event, visitor, event.payload["conversation"], prepared)


_BATCH = {CHAT: _chat, MESSAGE: _message, UNREAD: _unread}


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
