"""Each event of JivoChat, and the verb that it asks for."""

from collections.abc import Callable, Mapping

from integrations.base import Connected, Failed
from integrations.jivochat import chats, mapping, people, telephone
from integrations.models import InboundEvent

UNREADABLE = "unreadable"


def client_updated(connected: Connected, event: InboundEvent) -> str:
    contact = people.meet(connected, event.payload, event.arrived_at)
    return f"{contact} is up to date."


def client_attribute_updated(connected: Connected, event: InboundEvent) -> str:
    found = mapping.attributes(event.payload)
    if not found:
        return "It named no attribute: nothing was changed."
    contact = people.meet(connected, event.payload, event.arrived_at, **found)
    return f"{', '.join(found)} of {contact} taken over."


HANDLERS: Mapping[str, Callable[[Connected, InboundEvent], str]] = {
    "chat_accepted": chats.going_on,
    "chat_updated": chats.going_on,
    "chat_assigned": chats.assigned,
    "chat_finished": chats.finished,
    "offline_message": chats.left,
    "call_event": telephone.called,
    "client_updated": client_updated,
    "client_attribute_updated": client_attribute_updated,
}


def handle(connected: Connected, event: InboundEvent) -> str:
    if event.type == UNREADABLE:
        raise Failed("This was no JSON object, so nothing could be read from it.")
    handler = HANDLERS.get(event.type)
    return handler(connected, event) if handler else "Kept on record. Parley does nothing about this kind of event."
