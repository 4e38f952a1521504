"""What each event of Kirim leads to here."""

from collections.abc import Callable
from typing import Any

from inbox.messages import lock
from integrations.base import Connected, Failed
from integrations.calling import VendorError
from integrations.kirim import messages, people, threads
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import Row, moment, named_in, row, said_of, text
from integrations.models import InboundEvent
from integrations.pushing import wish

FETCHED = frozenset({"conversation.assigned", "conversation.closed"})


def prepare(connected: Connected, event: InboundEvent) -> Row | None:
    """The conversation as it is at Kirim now: the event names neither its contact nor, when it comes late, what holds.
    None where it is gone there, or the connection has no key to ask with."""
    named = text(row(_data(event).get("conversation")).get("id"))
    if event.type not in FETCHED or not named or not connected.secrets.get("api_key"):
        return None
    try:
        with Calls(connected.settings, connected.secrets) as calls:
            return calls.conversation(named)
    except VendorError as error:
        if error.status == 404:
            return None
        raise Failed(f"Kirim would not show the conversation: {error.words or error.code}") from error


def handle(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    return _HANDLERS.get(event.type, _kept)(connected, event, prepared)


def _data(event: InboundEvent) -> Row:
    return row(event.payload.get("data"))


def _kept(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    return f"Kept: nothing here follows from “{event.type}”"


def _contact_created(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    data = _data(event)
    contact = _contact(data, event)
    behaviour = {
        "acquisition_source": data.get("acquisition_source"),
        "last_message_at": contact.get("last_message_at"),
    }
    return _heard(connected, contact, set(said_of(contact)), is_news=False, behaviour=behaviour)


def _contact_updated(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    """Only what `changed_fields` names is looked at."""
    data = _data(event)
    contact = _contact(data, event)
    named = data.get("changed_fields")
    behaviour = {
        name: value
        for name, value in (
            ("last_message_at", contact.get("last_message_at")),
            ("acquisition_source", data.get("acquisition_source", contact.get("acquisition_source"))),
        )
        if not isinstance(named, list) or name in named
    }
    return _heard(connected, contact, named_in(named, said_of(contact)), is_news=True, behaviour=behaviour)


def _contact(data: Row, event: InboundEvent) -> Row:
    contact = row(data.get("contact"))
    if not text(contact.get("id")):
        raise Failed("The event names no contact.")
    if moment(contact.get("updated_at")):
        return contact
    return {**contact, "updated_at": (event.occurred_at or event.arrived_at).isoformat()}


def _heard(connected: Connected, contact: Row, fields: set[str], *, is_news: bool, behaviour: Row) -> str:
    met = people.hear(connected, contact, fields, is_news=is_news, behaviour=_said(behaviour))
    if met is None:
        return "Nothing in it is new here"
    if people.is_told(connected) and people.wants_marking(contact, met.contact.pk):
        wish(connected.connection, people.to_be_told(met.contact.pk))
    words = {"new": "added", "changed": "updated"}.get(met.outcome, "unchanged")
    kept = f"; kept as written here: {', '.join(met.left)}" if met.left else ""
    return f"Contact {met.contact} {words}{kept}. {met.refused}".strip(" ")


def _said(behaviour: Row) -> Row:
    return {name: value for name, value in behaviour.items() if value not in (None, "", {}, [])}


def _conversation(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    told = row(_data(event).get("conversation"))
    if not text(told.get("id")):
        raise Failed("The event names no conversation.")
    theirs = prepared or {**told, "assignee": _told_assignee(connected, event), "updated_at": None}
    conversation = threads.found(connected, theirs)
    if conversation is None:
        return "The conversation is not there any more at Kirim, and was never here"
    outcome = threads.equalise(connected, lock(conversation), theirs)
    if outcome.tell and people.is_told(connected):
        wish(connected.connection, threads.to_be_told(conversation.pk))
    return f"{conversation}: {', '.join(outcome.words) or 'as it was'}"


def _told_assignee(connected: Connected, event: InboundEvent) -> Row:
    """Who has it, where only the event itself can say so; of a closed one it says nothing, so it stays."""
    if event.type == "conversation.assigned":
        return row(_data(event).get("assignee"))
    conversation = threads.linked(connected, text(row(_data(event).get("conversation")).get("id")))
    return {"id": threads.user_of(connected, conversation.assignee_id) or ""} if conversation else {}


def _message(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    if "message" in event.payload:
        return messages.of_meta(connected, event.payload)
    data = _data(event)
    return messages.of_kirim(connected, row(data.get("message")), _whose(data))


def _found_message(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    return messages.of_kirim(connected, row(event.payload.get("message")), row(event.payload.get("contact")))


def _whose(data: Row) -> Row:
    return row(data.get("contact")) or row(row(data.get("conversation")).get("contact"))


def _status(connected: Connected, event: InboundEvent, prepared: Any) -> str:
    return messages.status(connected, event)


_HANDLERS: dict[str, Callable[[Connected, InboundEvent, Any], str]] = {
    "contact.created": _contact_created,
    "contact.updated": _contact_updated,
    "conversation.assigned": _conversation,
    "conversation.closed": _conversation,
    "message.received": _message,
    "message.status": _status,
    "batch.message": _found_message,
}
