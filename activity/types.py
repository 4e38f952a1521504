"""Every type of event there is, what it is about and what its payload holds. A new one is added here first."""

from django.db import models


class EventType(models.TextChoices):
    CONTACT_CREATED = "contact.created"
    CONTACT_UPDATED = "contact.updated"
    CONTACT_DELETED = "contact.deleted"
    CONTACT_MERGED = "contact.merged"
    CONTACT_UNMERGED = "contact.unmerged"
    CONTACT_ERASED = "contact.erased"
    SEGMENT_ENTERED = "segment.entered"
    SEGMENT_LEFT = "segment.left"
    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_UPDATED = "conversation.updated"
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_CLOSED = "conversation.closed"
    CONVERSATION_REOPENED = "conversation.reopened"
    CONVERSATION_SNOOZED = "conversation.snoozed"
    CONVERSATION_LABELLED = "conversation.labelled"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_SENT = "message.sent"
    MESSAGE_DELIVERY_CHANGED = "message.delivery_changed"
    NOTE_CREATED = "note.created"
    INTENT_DETECTED = "intent.detected"
    INTENT_OVERRIDDEN = "intent.overridden"
    DEAL_CREATED = "deal.created"
    DEAL_UPDATED = "deal.updated"
    DEAL_STAGE_CHANGED = "deal.stage_changed"
    DEAL_WON = "deal.won"
    DEAL_LOST = "deal.lost"
    DEAL_DELETED = "deal.deleted"
    DEAL_RESTORED = "deal.restored"
    FOLLOW_UP_CREATED = "follow_up.created"
    FOLLOW_UP_UPDATED = "follow_up.updated"
    FOLLOW_UP_DONE = "follow_up.done"
    FOLLOW_UP_DELETED = "follow_up.deleted"
    CLIENT_CREATED = "client.created"
    CLIENT_UPDATED = "client.updated"
    CLIENT_DELETED = "client.deleted"
    CONNECTION_FAILED = "connection.failed"
    CONNECTION_RECOVERED = "connection.recovered"


_ABOUT_MESSAGE = {"conversation_id", "contact_id", "channel"}
_ABOUT_INTENT = {"conversation_id", "contact_id", "message_id", "intent", "confidence", "made_by"}
_ABOUT_STAGE = {"contact_id", "conversation_id", "from_stage", "stage", "value", "currency"}

# The keys each payload holds, no more and no fewer: what an integrator may rely on. Ids are text, times ISO 8601 in
# UTC.
PAYLOADS: dict[str, set[str]] = {
    EventType.CONTACT_CREATED: set(),
    EventType.CONTACT_UPDATED: {"changed_fields"},
    EventType.CONTACT_DELETED: set(),
    EventType.CONTACT_MERGED: {"merged_id", "merge_id"},
    EventType.CONTACT_UNMERGED: {"unmerged_id", "merge_id"},
    EventType.CONTACT_ERASED: set(),
    EventType.SEGMENT_ENTERED: {"segment_id", "segment"},
    EventType.SEGMENT_LEFT: {"segment_id", "segment"},
    EventType.CONVERSATION_CREATED: {"contact_id", "channel"},
    EventType.CONVERSATION_UPDATED: {"contact_id", "changed_fields"},
    EventType.CONVERSATION_ASSIGNED: {"contact_id", "assigned_to", "previous"},
    EventType.CONVERSATION_CLOSED: {"contact_id"},
    EventType.CONVERSATION_REOPENED: {"contact_id", "reason"},
    EventType.CONVERSATION_SNOOZED: {"contact_id", "until"},
    EventType.CONVERSATION_LABELLED: {"contact_id", "added", "removed"},
    EventType.MESSAGE_RECEIVED: _ABOUT_MESSAGE | {"offline"},
    EventType.MESSAGE_SENT: _ABOUT_MESSAGE,
    EventType.MESSAGE_DELIVERY_CHANGED: _ABOUT_MESSAGE | {"state", "words"},
    EventType.NOTE_CREATED: {"conversation_id", "contact_id", "mentions"},
    EventType.INTENT_DETECTED: _ABOUT_INTENT,
    EventType.INTENT_OVERRIDDEN: _ABOUT_INTENT | {"previous"},
    EventType.DEAL_CREATED: _ABOUT_STAGE - {"from_stage"},
    EventType.DEAL_UPDATED: {"contact_id", "conversation_id", "changed_fields"},
    EventType.DEAL_STAGE_CHANGED: _ABOUT_STAGE,
    EventType.DEAL_WON: _ABOUT_STAGE,
    EventType.DEAL_LOST: _ABOUT_STAGE | {"reason"},
    EventType.DEAL_DELETED: {"contact_id", "conversation_id"},
    EventType.DEAL_RESTORED: _ABOUT_STAGE - {"from_stage"},
    EventType.FOLLOW_UP_CREATED: {"contact_id", "conversation_id", "due_at", "source"},
    EventType.FOLLOW_UP_UPDATED: {"contact_id", "conversation_id", "changed_fields"},
    EventType.FOLLOW_UP_DONE: {"contact_id", "conversation_id"},
    EventType.FOLLOW_UP_DELETED: {"contact_id", "conversation_id"},
    EventType.CLIENT_CREATED: set(),
    EventType.CLIENT_UPDATED: {"changed_fields"},
    EventType.CLIENT_DELETED: set(),
    EventType.CONNECTION_FAILED: {"system", "error"},
    EventType.CONNECTION_RECOVERED: {"system"},
}

# What only the team is told of, no viewer of a client nor a key bound to one. The second is announced, not recorded.
TEAM_ONLY: frozenset[str] = frozenset({EventType.NOTE_CREATED, "presence.changed"})
