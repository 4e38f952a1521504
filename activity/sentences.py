"""Events in words, for the timeline on a page."""

from collections.abc import Callable, Mapping
from typing import Any

from activity.models import Event
from activity.types import EventType

_FIELDS = {
    "owner_id": "owner",
    "custom_fields": "further fields",
    "expected_close_on": "expected close",
    "unread_count": "unread",
}

_PLAIN = {
    EventType.CONTACT_CREATED: "Became a contact",
    EventType.CONTACT_DELETED: "Was removed",
    EventType.CONTACT_MERGED: "Was joined with another contact",
    EventType.CONTACT_UNMERGED: "Was taken apart from another contact",
    EventType.CONTACT_ERASED: "Was erased",
    EventType.CONVERSATION_CLOSED: "Conversation closed",
    EventType.CONVERSATION_REOPENED: "Conversation reopened",
    EventType.CONVERSATION_SNOOZED: "Conversation snoozed",
    EventType.NOTE_CREATED: "Note written",
    EventType.DEAL_DELETED: "Deal deleted",
    EventType.DEAL_RESTORED: "Deal put back on the board",
    EventType.FOLLOW_UP_CREATED: "Follow-up planned",
    EventType.FOLLOW_UP_UPDATED: "Follow-up changed",
    EventType.FOLLOW_UP_DONE: "Follow-up done",
    EventType.FOLLOW_UP_DELETED: "Follow-up dropped",
}


def _words(name: object) -> str:
    return str(name or "").replace("_", " ")


def _changed(payload: Mapping[str, Any]) -> str:
    return ", ".join(_FIELDS.get(name, _words(name)) for name in payload.get("changed_fields", []))


def _labelled(payload: Mapping[str, Any]) -> str:
    added, removed = (", ".join(payload.get(key, [])) for key in ("added", "removed"))
    return f"Labelled {added}" if added else f"Label {removed} taken off"


# The channels as they are written; the room that knows them stands above this one.
_CHANNELS = {
    "email": " by e-mail",
    "whatsapp": " on WhatsApp",
    "sms": " by SMS",
    "linkedin": " on LinkedIn",
    "chat": " in a chat",
}


def _on(channel: Any) -> str:
    return _CHANNELS.get(str(channel), f" on {_words(channel)}")


_TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    EventType.CONTACT_UPDATED: lambda p: f"Changed {_changed(p)}",
    EventType.SEGMENT_ENTERED: lambda p: f"Came into the segment {p['segment']}",
    EventType.SEGMENT_LEFT: lambda p: f"Left the segment {p['segment']}",
    EventType.CONVERSATION_CREATED: lambda p: f"Conversation began{_on(p.get('channel'))}",
    EventType.CONVERSATION_UPDATED: lambda p: f"Conversation changed: {_changed(p)}",
    EventType.CONVERSATION_ASSIGNED: lambda p: f"Conversation {'assigned' if p.get('assigned_to') else 'given back'}",
    EventType.CONVERSATION_LABELLED: _labelled,
    EventType.INTENT_DETECTED: lambda p: f"Read as {_words(p.get('intent'))}",
    EventType.INTENT_OVERRIDDEN: lambda p: f"Intent corrected to {_words(p.get('intent'))}",
    EventType.DEAL_CREATED: lambda p: f"Deal opened in {_words(p.get('stage'))}",
    EventType.DEAL_UPDATED: lambda p: f"Deal changed: {_changed(p)}",
    EventType.DEAL_STAGE_CHANGED: lambda p: f"Deal moved from {_words(p['from_stage'])} to {_words(p['stage'])}",
    EventType.DEAL_WON: lambda _: "Deal won",
    EventType.DEAL_LOST: lambda p: f"Deal lost: {p['reason']}" if p.get("reason") else "Deal lost",
}  # fmt: skip


def sentence(event: Event) -> str:
    """What happened, without who and when."""
    told = _TOLD.get(event.type)
    if told is not None:
        return told(event.payload)
    plain = {str(kind): text for kind, text in _PLAIN.items()}
    return plain.get(event.type, _words(event.type.replace(".", " ")).capitalize())
