"""What is done to conversations. Each verb checks, changes and records in one transaction."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from activity.log import record
from activity.types import EventType
from contacts.models import Label
from crm.errors import Invalid
from crm.references import referred
from crm.versions import touch, write
from inbox.intents.labels import Intent
from inbox.models import Conversation, ConversationLabel, IntentTag, Message

Status = Conversation.Status
# A year of five digits would be a row that nobody can read back.
FURTHEST = timedelta(days=5 * 365)


@transaction.atomic
def close(*, actor: Actor, conversation: Conversation) -> None:
    """Done with it, until the person writes again."""
    actor.must_write()
    if write(conversation, status=Status.CLOSED, snoozed_until=None):
        record(actor, EventType.CONVERSATION_CLOSED, conversation, contact_id=conversation.contact_id)


@transaction.atomic
def reopen(*, actor: Actor, conversation: Conversation, reason: str = "by hand") -> None:
    actor.must_write()
    if write(conversation, status=Status.ACTIVE, snoozed_until=None):
        record(
            actor, EventType.CONVERSATION_REOPENED, conversation, contact_id=conversation.contact_id, reason=reason
        )  # fmt: skip


@transaction.atomic
def snooze(*, actor: Actor, conversation: Conversation, until: datetime) -> None:
    """Out of the way until a moment within the next five years (UTC); a message from the person wakes it before."""
    actor.must_write()
    if until <= timezone.now():
        raise Invalid(fields={"snoozed_until": ["Choose a moment in the future."]})
    if until > timezone.now() + FURTHEST:
        raise Invalid(fields={"snoozed_until": ["Choose a moment within the next five years."]})
    if write(conversation, status=Status.SNOOZED, snoozed_until=until):
        record(
            actor, EventType.CONVERSATION_SNOOZED, conversation, contact_id=conversation.contact_id, until=until
        )  # fmt: skip


@transaction.atomic
def assign(*, actor: Actor, conversation: Conversation, to: Membership | None) -> None:
    """Give it to a member of the workspace who may see it, or to nobody."""
    actor.must_write()
    if to is not None and not may_answer(to, conversation.client_id):
        raise Invalid(fields={"assigned_to": [f"{to.user} cannot answer conversations of this client."]})
    previous = conversation.assignee_id
    if write(conversation, assignee_id=to.pk if to else None):
        record(
            actor, EventType.CONVERSATION_ASSIGNED, conversation,
            contact_id=conversation.contact_id, assigned_to=conversation.assignee_id, previous=previous,
        )  # fmt: skip


def may_answer(member: Membership, client_id: UUID | None) -> bool:
    if not member.is_active or member.role == "viewer":
        return False
    return member.all_clients or member.client_access.filter(client=client_id).exists()


def assignable(actor: Actor, member_id: UUID | str | None) -> Membership | None:
    """The colleague with this id. Raises Invalid under `assigned_to` where the actor works with none such."""
    members = Membership.objects.visible_to(actor).select_related("user")
    return referred(members, member_id, field="assigned_to")


@transaction.atomic
def label(*, actor: Actor, conversation: Conversation, label: Label) -> bool:
    """Put a label on; whether it was not there before."""
    actor.must_write()
    _, new = ConversationLabel.objects.get_or_create(
        conversation=conversation, label=label, defaults={"workspace": actor.workspace}
    )
    if new:
        _labelled(actor, conversation, added=[label.name], removed=[])
    return new


@transaction.atomic
def unlabel(*, actor: Actor, conversation: Conversation, label: Label) -> bool:
    """Take a label off; whether it was there."""
    actor.must_write()
    gone, _ = ConversationLabel.objects.filter(conversation=conversation, label=label).delete()
    if gone:
        _labelled(actor, conversation, added=[], removed=[label.name])
    return bool(gone)


def _labelled(actor: Actor, conversation: Conversation, *, added: list[str], removed: list[str]) -> None:
    touch(conversation)
    record(
        actor, EventType.CONVERSATION_LABELLED, conversation,
        contact_id=conversation.contact_id, added=added, removed=removed,
    )  # fmt: skip


@transaction.atomic
def mark_read(*, actor: Actor, conversation: Conversation) -> None:
    """Somebody looked at it. Whose turn it is stays: only an answer, or `no_reply_needed`, changes that."""
    actor.must_write()
    _update(actor, conversation, unread_count=0)


@transaction.atomic
def mark_unread(*, actor: Actor, conversation: Conversation) -> None:
    actor.must_write()
    _update(actor, conversation, unread_count=max(1, conversation.unread_count))


@transaction.atomic
def no_reply_needed(*, actor: Actor, conversation: Conversation) -> None:
    """It is nobody's turn, until the person writes again."""
    actor.must_write()
    _update(actor, conversation, turn=Conversation.Turn.NOBODY)


@transaction.atomic
def restore(*, actor: Actor, conversation: Conversation, **state: Any) -> None:
    """Put back what a change of mind had changed: turn, unread_count, or the intent with its tag. That the former
    intent holds after all is said by `actor`, so that no re-run and no count takes the mistake for their word."""
    actor.must_write()
    if state.get("intent"):
        _say(actor, _newest_from_them(conversation), state["intent"], f"taken back by {actor.name}")
    _update(actor, conversation, **state)


def _update(actor: Actor, conversation: Conversation, **changes: Any) -> None:
    if changed := write(conversation, **changes):
        record(
            actor, EventType.CONVERSATION_UPDATED, conversation,
            contact_id=conversation.contact_id, changed_fields=changed,
        )  # fmt: skip


@transaction.atomic
def override_intent(*, actor: Actor, conversation: Conversation, intent: Intent | str) -> None:
    """A person says what the newest reply wants. It beats every re-run for that message; a new reply is judged anew."""
    actor.must_write()
    previous = conversation.intent
    message = _newest_from_them(conversation)
    tag = _say(actor, message, intent, f"said by {actor.name}")
    write(conversation, intent=str(intent), intent_tag_id=tag.pk if tag else None, needs_look=False)
    record(
        actor, EventType.INTENT_OVERRIDDEN, conversation,
        conversation_id=conversation.pk, contact_id=conversation.contact_id, intent=str(intent), confidence=1.0,
        message_id=message.pk if message else None, made_by=IntentTag.Maker.PERSON.value, previous=previous,
    )  # fmt: skip


def _newest_from_them(conversation: Conversation) -> Message | None:
    inbound = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    return inbound.order_by("-occurred_at", "-position").first()


def _say(actor: Actor, message: Message | None, intent: Intent | str, reason: str) -> IntentTag | None:
    """A person's word on a message; None where there is no message to say it of."""
    if message is None:
        return None
    return IntentTag.objects.create(
        workspace_id=message.workspace_id, message=message, intent=intent, confidence=1.0,
        made_by=IntentTag.Maker.PERSON, member=actor.membership, reason=reason[:300],
    )  # fmt: skip
