"""Every type of event there is, what it is about and what its payload holds. A new one is added here first."""

from django.db import models


class EventType(models.TextChoices):
    CONTACT_CREATED = "contact.created"
    CONTACT_UPDATED = "contact.updated"
    CONTACT_DELETED = "contact.deleted"
    CONTACT_MERGED = "contact.merged"
    CONTACT_UNMERGED = "contact.unmerged"
    CONTACT_ERASED = "contact.erased"
    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_LIFTED = "suppression.lifted"
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
    CLIENT_EMPTIED = "client.emptied"
    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_UPDATED = "campaign.updated"
    CAMPAIGN_DELETED = "campaign.deleted"
    CONNECTION_FAILED = "connection.failed"
    CONNECTION_RECOVERED = "connection.recovered"
    CONNECTION_CREATED = "connection.created"
    CONNECTION_UPDATED = "connection.updated"
    CONNECTION_PAUSED = "connection.paused"
    CONNECTION_RESUMED = "connection.resumed"
    CONNECTION_ADDRESS_RENEWED = "connection.address_renewed"
    CONNECTION_REMOVED = "connection.removed"
    STAGE_CREATED = "stage.created"
    STAGE_UPDATED = "stage.updated"
    STAGE_DELETED = "stage.deleted"
    LABEL_CREATED = "label.created"
    LABEL_UPDATED = "label.updated"
    LABEL_JOINED = "label.joined"
    LABEL_DELETED = "label.deleted"
    CANNED_REPLY_CREATED = "canned_reply.created"
    CANNED_REPLY_UPDATED = "canned_reply.updated"
    CANNED_REPLY_DELETED = "canned_reply.deleted"
    REACTION_SWITCHED = "reaction.switched"
    THRESHOLDS_MOVED = "thresholds.moved"
    LLM_UPDATED = "llm.updated"
    MODEL_SWITCHED = "model.switched"
    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_UPDATED = "workspace.updated"
    WORKSPACE_PLAN_CHANGED = "workspace.plan_changed"
    INVITATION_SENT = "invitation.sent"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    MEMBER_JOINED = "member.joined"
    MEMBER_CHANGED = "member.changed"
    MEMBER_LEFT = "member.left"
    MEMBER_RETURNED = "member.returned"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_REPLACED = "key.replaced"
    ENDPOINT_CREATED = "endpoint.created"
    ENDPOINT_UPDATED = "endpoint.updated"
    ENDPOINT_DELETED = "endpoint.deleted"
    DATA_EXPORTED = "data.exported"
    TWO_FACTOR_TURNED_ON = "two_factor.turned_on"
    TWO_FACTOR_TURNED_OFF = "two_factor.turned_off"
    TWO_FACTOR_REQUIRED = "two_factor.required"
    TWO_FACTOR_RESET = "two_factor.reset"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - it is the name of an event
    ADDRESS_CHANGED = "address.changed"
    SESSION_ENDED = "session.ended"
    REPORT_SHARED = "report.shared"
    REPORT_UNSHARED = "report.unshared"


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
    EventType.SUPPRESSION_ADDED: {"kind", "contact_id"},
    EventType.SUPPRESSION_LIFTED: {"kind", "contact_id"},
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
    # fate: what becomes of its data: keep, move (to the client `to`, the workspace itself where that is empty), erase
    EventType.CLIENT_DELETED: {"fate", "to"},
    EventType.CLIENT_EMPTIED: {"fate", "to", "counts"},
    EventType.CAMPAIGN_CREATED: {"name"},
    EventType.CAMPAIGN_UPDATED: {"name", "changed_fields"},
    EventType.CAMPAIGN_DELETED: {"name"},
    EventType.CONNECTION_FAILED: {"system", "error"},
    EventType.CONNECTION_RECOVERED: {"system"},
    EventType.CONNECTION_CREATED: {"system", "name"},
    EventType.CONNECTION_UPDATED: {"system", "name", "changed_fields"},
    EventType.CONNECTION_PAUSED: {"system", "name"},
    EventType.CONNECTION_RESUMED: {"system", "name"},
    EventType.CONNECTION_ADDRESS_RENEWED: {"system", "name"},
    EventType.CONNECTION_REMOVED: {"system", "name"},
    EventType.STAGE_CREATED: {"key", "name"},
    EventType.STAGE_UPDATED: {"key", "name", "changed_fields"},
    EventType.STAGE_DELETED: {"key", "name"},
    EventType.LABEL_CREATED: {"name"},
    EventType.LABEL_UPDATED: {"name", "changed_fields"},
    EventType.LABEL_JOINED: {"name", "into"},
    EventType.LABEL_DELETED: {"name"},
    EventType.CANNED_REPLY_CREATED: {"name"},
    EventType.CANNED_REPLY_UPDATED: {"name", "changed_fields"},
    EventType.CANNED_REPLY_DELETED: {"name"},
    EventType.REACTION_SWITCHED: {"reaction", "enabled"},
    EventType.MODEL_SWITCHED: {"version", "on"},
    EventType.THRESHOLDS_MOVED: {"moved"},  # by label, the shares of 1 before and after: {"booking": [0.6, 0.7]}
    EventType.LLM_UPDATED: {"enabled", "kind", "model", "changed_fields"},
    EventType.WORKSPACE_CREATED: set(),
    EventType.WORKSPACE_UPDATED: {"changed_fields"},
    EventType.WORKSPACE_PLAN_CHANGED: {"plan", "previous"},
    EventType.INVITATION_SENT: {"role", "again"},
    EventType.INVITATION_WITHDRAWN: {"role"},
    EventType.MEMBER_JOINED: {"name", "role"},
    EventType.MEMBER_CHANGED: {"name", "role", "changed_fields"},
    EventType.MEMBER_LEFT: {"name", "role"},
    EventType.MEMBER_RETURNED: {"name", "role"},
    EventType.KEY_CREATED: {"name", "scopes"},
    EventType.KEY_REVOKED: {"name", "scopes"},
    EventType.KEY_REPLACED: {"name", "until"},  # the old one works until then
    EventType.ENDPOINT_CREATED: {"host"},
    EventType.ENDPOINT_UPDATED: {"host", "changed_fields"},
    EventType.ENDPOINT_DELETED: {"host"},
    EventType.DATA_EXPORTED: {"what", "count"},
    EventType.TWO_FACTOR_TURNED_ON: {"name", "way"},  # by an authenticator app, a passkey, recovery codes
    EventType.TWO_FACTOR_TURNED_OFF: {"name", "way"},
    EventType.TWO_FACTOR_REQUIRED: {"required"},
    EventType.TWO_FACTOR_RESET: {"name"},  # by an owner, for somebody who lost it
    EventType.PASSWORD_CHANGED: {"name", "by_link"},
    EventType.ADDRESS_CHANGED: {"name"},
    EventType.SESSION_ENDED: {"name", "count"},
    EventType.REPORT_SHARED: {"report", "expires_at"},
    EventType.REPORT_UNSHARED: {"report", "reason"},
}

# What only the team is told of, no viewer of a client nor a key bound to one. The last is announced, not recorded.
TEAM_ONLY: frozenset[str] = frozenset(
    {
        EventType.NOTE_CREATED,
        EventType.SUPPRESSION_ADDED,
        EventType.SUPPRESSION_LIFTED,
        EventType.CONNECTION_CREATED,
        EventType.CONNECTION_UPDATED,
        EventType.CONNECTION_PAUSED,
        EventType.CONNECTION_RESUMED,
        EventType.CONNECTION_ADDRESS_RENEWED,
        EventType.CONNECTION_REMOVED,
        EventType.CANNED_REPLY_CREATED,
        EventType.CANNED_REPLY_UPDATED,
        EventType.CANNED_REPLY_DELETED,
        "presence.changed",
    }
)

# What only those are told of who run the whole workspace (`Actor.runs_workspace`): owners and admins who see every
# client, and keys that are bound to none, so that the feed can carry the audit trail to where a company collects it.
ADMIN_ONLY: frozenset[str] = frozenset(
    {
        EventType.REACTION_SWITCHED,
        EventType.THRESHOLDS_MOVED,
        EventType.LLM_UPDATED,
        EventType.MODEL_SWITCHED,
        EventType.WORKSPACE_CREATED,
        EventType.WORKSPACE_UPDATED,
        EventType.WORKSPACE_PLAN_CHANGED,
        EventType.INVITATION_SENT,
        EventType.INVITATION_WITHDRAWN,
        EventType.MEMBER_JOINED,
        EventType.MEMBER_CHANGED,
        EventType.MEMBER_LEFT,
        EventType.MEMBER_RETURNED,
        EventType.KEY_CREATED,
        EventType.KEY_REVOKED,
        EventType.KEY_REPLACED,
        EventType.ENDPOINT_CREATED,
        EventType.ENDPOINT_UPDATED,
        EventType.ENDPOINT_DELETED,
        EventType.DATA_EXPORTED,
        EventType.TWO_FACTOR_TURNED_ON,
        EventType.TWO_FACTOR_TURNED_OFF,
        EventType.TWO_FACTOR_REQUIRED,
        EventType.TWO_FACTOR_RESET,
        EventType.PASSWORD_CHANGED,
        EventType.ADDRESS_CHANGED,
        EventType.SESSION_ENDED,
        EventType.REPORT_SHARED,
        EventType.REPORT_UNSHARED,
    }
)

# After these the member whom they are about may see less, or nothing: what they have open is to ask anew.
CHANGES_RIGHTS: frozenset[str] = frozenset(
    {
        EventType.MEMBER_CHANGED,
        EventType.MEMBER_LEFT,
        EventType.TWO_FACTOR_TURNED_OFF,
        EventType.TWO_FACTOR_RESET,
        EventType.PASSWORD_CHANGED,
        EventType.SESSION_ENDED,
    }
)
