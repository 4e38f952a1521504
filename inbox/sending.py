"""Writing to the person, and what became of it."""

from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.suppression import must_be_reachable
from crm.errors import Conflict, Invalid
from crm.text import storable
from crm.transactions import advisory_lock
from inbox import outside
from inbox.composing import drafts, guard, limits
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, Message, MessageDelivery

LONGEST = 100_000
MOST_WORDS = 2_000
State = MessageDelivery.State


@transaction.atomic
def reply(
    *,
    actor: Actor,
    conversation: Conversation,
    body: str,
    subject: str = "",
    seen: int | None = None,
    token: UUID | None = None,
) -> Message:
    """Append our answer. With no connection on the conversation it is recorded: somebody carries it over by hand.

    seen: the position of the last message when the writing began; token: of the press, so that the same press twice
    answers twice with the one message. The draft that it was goes.

    Raises Invalid for an empty or endless text and for what the channel's provider would refuse, Conflict where the
    person asked not to be written to, `guard.Held` where somebody else wrote since.
    """
    actor.must_write()
    text = written(body)
    if token is not None:  # before the conversation: two windows may name different ones
        advisory_lock(f"inbox.press {token}")
    conversation = lock(conversation)
    known = guard.pressed_before(actor, token, text)
    if known is not None:
        return known
    must_be_reachable(conversation.contact, conversation.identity, conversation.wall)
    limits.must_be_allowed(conversation, text)
    guard.must_be_last(actor, conversation, seen)
    draft = Draft(
        direction=Message.Direction.OUTBOUND,
        body=text,
        subject=subject,
        external_id=outside.minted(conversation),
        author_kind=actor.kind,
        author_id=actor.id,
        author_name=actor.name,
    )
    message = append(actor=actor, conversation=conversation, draft=draft)
    guard.pressed(actor, token, message)
    drafts.sent(actor, conversation)
    if conversation.connection_id is not None:
        _now(actor, message, State.QUEUED, "")
    return message


def written(body: str, *, longest: int = LONGEST) -> str:
    """`body` as it is kept. Raises Invalid where it is empty, or has more than `longest` characters."""
    text = storable(body).strip()
    if not text:
        raise Invalid(fields={"body": ["Write something first."]})
    if len(text) > longest:
        raise Invalid(fields={"body": [f"At most {longest:,} characters."]})
    return text


@transaction.atomic
def retry(*, actor: Actor, message: Message, failed: UUID | None = None) -> None:
    """Send once more what failed. `failed`: the failure that was seen; one that was retried since is left alone, so
    that a double press tries once. Raises Conflict where it did not fail, or the person asked not to be written to,
    Invalid where the provider would refuse it again."""
    actor.must_write()
    conversation = lock(message.conversation)
    last = latest(message)
    if last is not None and failed is not None and last.pk != failed:
        return
    if last is None or last.state != State.FAILED:
        raise Conflict("This message did not fail, so there is nothing to retry.", code="not_failed")
    must_be_reachable(conversation.contact, conversation.identity, conversation.wall)
    limits.must_be_allowed(conversation, message.body)
    _now(actor, message, State.QUEUED, "")
    _told(actor, conversation, message, State.QUEUED, "")


def why_not(message: Message) -> str:
    """Why what waits to be sent must not go out any more: the person asked so since. Empty where it may."""
    conversation = message.conversation
    try:
        must_be_reachable(conversation.contact, conversation.identity, conversation.wall)
    except Conflict as refusal:
        return refusal.message
    return ""


@transaction.atomic
def report(*, actor: Actor, message: Message, state: str, words: str = "") -> None:
    """Record what a provider says became of `message`, in its own words. The same twice in a row is one."""
    actor.must_write()
    if state not in State.values:
        raise Invalid(fields={"state": [f"“{state}” is no state. Use one of: {', '.join(State.values)}."]})
    conversation = lock(message.conversation)
    if message.direction != Message.Direction.OUTBOUND:
        raise Conflict("Only what we sent has a delivery.", code="not_outbound")
    words = storable(words, MOST_WORDS)
    last = latest(message)
    if last is not None and (last.state, last.words) == (state, words):
        return
    if Message.objects.filter(pk=message.pk, erased_at=None).exists():
        _now(actor, message, State(state), words)
        _told(actor, conversation, message, State(state), words)


def latest(message: Message) -> MessageDelivery | None:
    """What was heard of it last."""
    return message.deliveries.order_by("-occurred_at", "-created_at", "-id").first()


def _now(actor: Actor, message: Message, state: State, words: str) -> None:
    """A row behind all that stand, whatever a provider's clock said in them."""
    last = latest(message)
    at = max(actor.now, last.occurred_at) if last else actor.now
    MessageDelivery.objects.create(
        workspace_id=message.workspace_id, message=message, state=state, words=words, occurred_at=at
    )


def _told(actor: Actor, conversation: Conversation, message: Message, state: State, words: str) -> None:
    record(
        actor, EventType.MESSAGE_DELIVERY_CHANGED, message, conversation_id=conversation.pk,
        contact_id=conversation.contact_id, channel=conversation.channel, state=str(state), words=words,
    )  # fmt: skip
