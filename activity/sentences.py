"""Events in words, for the timeline on a page and the audit trail."""

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

_PLAIN: dict[str, str] = {
    EventType.CONTACT_CREATED: "Became a contact",
    EventType.CONTACT_DELETED: "Was removed",
    EventType.CONTACT_MERGED: "Was joined with another contact",
    EventType.CONTACT_UNMERGED: "Was taken apart from another contact",
    EventType.CONTACT_ERASED: "Was erased",
    EventType.SUPPRESSION_ADDED: "Address put on the suppression list",
    EventType.SUPPRESSION_LIFTED: "Address taken off the suppression list",
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
    EventType.MESSAGE_RECEIVED: "Message received",
    EventType.MESSAGE_SENT: "Message sent",
    EventType.CLIENT_CREATED: "Client added",
    EventType.WORKSPACE_CREATED: "Workspace opened",
    EventType.CLIENT_DELETED: "Client deleted",
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


def _moved(payload: Mapping[str, Any]) -> str:
    shares = payload.get("moved", {}).items()
    return "Thresholds moved: " + ", ".join(f"{_words(name)} {was:.0%} → {now:.0%}" for name, (was, now) in shares)


def _llm(payload: Mapping[str, Any]) -> str:
    state = "on" if payload.get("enabled") else "off"
    return f"Language model set to {payload.get('model')}, switched {state}: changed {_changed(payload)}"


_FATES = {"keep": "; its data is kept", "move": "; its data moves", "erase": "; its data is erased"}


def _emptied(payload: Mapping[str, Any]) -> str:
    done = "erased" if payload.get("fate") == "erase" else "moved"
    counts = ", ".join(f"{count:,} {words}" for words, count in payload.get("counts", {}).items())
    return f"Client emptied: {counts or 'nothing'} {done}"


def _exported(payload: Mapping[str, Any]) -> str:
    return f"Exported {payload.get('count', 0):,} {_words(payload.get('what'))}"


def _named(text: str) -> Callable[[Mapping[str, Any]], str]:
    """Of a thing that is known by its name, even after it is gone."""
    return lambda payload: text.format(name=payload.get("name", ""), changed=_changed(payload))


def _on(channel: Any) -> str:
    return _CHANNELS.get(str(channel), f" on {_words(channel)}")


_TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    EventType.CONTACT_UPDATED: lambda p: f"Changed {_changed(p)}",
    EventType.SEGMENT_ENTERED: lambda p: f"Came into the segment {p.get('segment')}",
    EventType.SEGMENT_LEFT: lambda p: f"Left the segment {p.get('segment')}",
    EventType.CONVERSATION_CREATED: lambda p: f"Conversation began{_on(p.get('channel'))}",
    EventType.CONVERSATION_UPDATED: lambda p: f"Conversation changed: {_changed(p)}",
    EventType.CONVERSATION_ASSIGNED: lambda p: f"Conversation {'assigned' if p.get('assigned_to') else 'given back'}",
    EventType.CONVERSATION_LABELLED: _labelled,
    EventType.INTENT_DETECTED: lambda p: f"Read as {_words(p.get('intent'))}",
    EventType.INTENT_OVERRIDDEN: lambda p: f"Intent corrected to {_words(p.get('intent'))}",
    EventType.DEAL_CREATED: lambda p: f"Deal opened in {_words(p.get('stage'))}",
    EventType.DEAL_UPDATED: lambda p: f"Deal changed: {_changed(p)}",
    EventType.DEAL_STAGE_CHANGED: lambda p: (
        f"Deal moved from {_words(p.get('from_stage'))} to {_words(p.get('stage'))}"
    ),
    EventType.DEAL_WON: lambda _: "Deal won",
    EventType.MESSAGE_DELIVERY_CHANGED: lambda p: f"Message {_words(p.get('state'))}",
    EventType.CLIENT_UPDATED: lambda p: f"Client changed: {_changed(p)}",
    EventType.CLIENT_DELETED: lambda p: f"Client deleted{_FATES.get(p.get('fate', ''), '')}",
    EventType.CLIENT_EMPTIED: _emptied,
    EventType.CAMPAIGN_CREATED: _named("Campaign “{name}” made"),
    EventType.CAMPAIGN_UPDATED: _named("Campaign “{name}” changed: {changed}"),
    EventType.CAMPAIGN_DELETED: _named("Campaign “{name}” deleted"),
    EventType.CONNECTION_FAILED: lambda p: f"Connection failed: {p.get('error')}",
    EventType.CONNECTION_RECOVERED: lambda _: "Connection works again",
    EventType.CONNECTION_CREATED: _named("Connection “{name}” made"),
    EventType.CONNECTION_UPDATED: _named("Connection “{name}” changed: {changed}"),
    EventType.CONNECTION_PAUSED: _named("Connection “{name}” paused"),
    EventType.CONNECTION_RESUMED: _named("Connection “{name}” resumed"),
    EventType.CONNECTION_ADDRESS_RENEWED: _named("Connection “{name}” given a new webhook address"),
    EventType.CONNECTION_REMOVED: _named("Connection “{name}” disconnected"),
    EventType.STAGE_CREATED: _named("Stage “{name}” made"),
    EventType.STAGE_UPDATED: _named("Stage “{name}” changed: {changed}"),
    EventType.STAGE_DELETED: _named("Stage “{name}” deleted"),
    EventType.LABEL_CREATED: _named("Label “{name}” made"),
    EventType.LABEL_UPDATED: _named("Label “{name}” changed: {changed}"),
    EventType.LABEL_JOINED: lambda p: f"Label “{p.get('name')}” joined with “{p.get('into')}”",
    EventType.LABEL_DELETED: _named("Label “{name}” deleted"),
    EventType.CANNED_REPLY_CREATED: _named("Canned reply “{name}” made"),
    EventType.CANNED_REPLY_UPDATED: _named("Canned reply “{name}” changed: {changed}"),
    EventType.CANNED_REPLY_DELETED: _named("Canned reply “{name}” deleted"),
    EventType.REACTION_SWITCHED: lambda p: (
        f"Automation “{_words(p.get('reaction'))}” switched {'on' if p.get('enabled') else 'off'}"
    ),
    EventType.THRESHOLDS_MOVED: _moved,
    EventType.LLM_UPDATED: _llm,
    EventType.MODEL_SWITCHED: lambda p: f"Intent model {p.get('version')} switched {'on' if p.get('on') else 'off'}",
    EventType.WORKSPACE_UPDATED: lambda p: f"Workspace changed: {_changed(p)}",
    EventType.WORKSPACE_PLAN_CHANGED: lambda p: (
        f"Plan changed from {_words(p.get('previous'))} to {_words(p.get('plan'))}"
    ),
    EventType.INVITATION_SENT: lambda p: (
        f"Invitation as {_words(p.get('role'))} sent{' again' if p.get('again') else ''}"
    ),
    EventType.INVITATION_WITHDRAWN: lambda p: f"Invitation as {_words(p.get('role'))} withdrawn",
    EventType.MEMBER_JOINED: lambda p: f"{p.get('name')} joined as {_words(p.get('role'))}",
    EventType.MEMBER_CHANGED: lambda p: f"{p.get('name')}, {_words(p.get('role'))}: changed {_changed(p)}",
    EventType.MEMBER_LEFT: lambda p: f"{p.get('name')} left, as {_words(p.get('role'))}",
    EventType.MEMBER_RETURNED: lambda p: f"{p.get('name')} is back, as {_words(p.get('role'))}",
    EventType.TWO_FACTOR_TURNED_ON: lambda p: f"{p.get('name')} signs in with {_words(p.get('way'))} too",
    EventType.TWO_FACTOR_TURNED_OFF: lambda p: f"{p.get('name')} signs in without {_words(p.get('way'))} from now on",
    EventType.TWO_FACTOR_REQUIRED: lambda p: (
        f"A second step is {'asked of everybody' if p.get('required') else 'not asked of everybody any more'}"
    ),
    EventType.TWO_FACTOR_RESET: lambda p: f"Second step of {p.get('name')} reset",
    EventType.PASSWORD_CHANGED: lambda p: (
        f"{p.get('name')} chose a new password{' by a link' * bool(p.get('by_link'))}"
    ),
    EventType.ADDRESS_CHANGED: lambda p: f"{p.get('name')} signs in with another address",
    EventType.SESSION_ENDED: lambda p: f"{p.get('name')} signed out elsewhere: {p.get('count')}",
    EventType.KEY_CREATED: lambda p: f"API key “{p.get('name')}” made ({', '.join(p.get('scopes', []))})",
    EventType.KEY_REVOKED: _named("API key “{name}” revoked"),
    EventType.KEY_REPLACED: _named("API key “{name}” replaced by a new one"),
    EventType.ENDPOINT_CREATED: lambda p: f"Webhook endpoint at {p.get('host')} made",
    EventType.ENDPOINT_UPDATED: lambda p: f"Webhook endpoint at {p.get('host')} changed: {_changed(p)}",
    EventType.ENDPOINT_DELETED: lambda p: f"Webhook endpoint at {p.get('host')} deleted",
    EventType.DATA_EXPORTED: _exported,
    EventType.REPORT_SHARED: lambda p: f"Report “{_words(p.get('report'))}” shared by a link",
    EventType.REPORT_UNSHARED: lambda p: f"Link to the report “{_words(p.get('report'))}” ended: {p.get('reason')}",
    EventType.DEAL_LOST: lambda p: f"Deal lost: {p['reason']}" if p.get("reason") else "Deal lost",
}


def sentence(event: Event) -> str:
    """What happened, without who and when."""
    told = _TOLD.get(event.type)
    if told is not None:
        return told(event.payload)
    return _PLAIN.get(event.type) or _words(event.type.replace(".", " ")).capitalize()
