"""The hash chain of a conversation: each message's digest covers the one before, so that no message can be changed,
taken out, put in or cut off at the end unseen, not even by somebody who can switch the triggers off.

What a message says enters through `content_digest`, salted: when a person is erased, text and salt go, the digest
stays, the chain still verifies and nobody can find the text by trying.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch

from activity.models import Event, EventQuerySet
from activity.types import EventType
from inbox.models import Attachment, Conversation, Message


@dataclass(frozen=True)
class Fault:
    """A place where the chain does not hold."""

    conversation: Conversation
    message: Message | None
    reason: str

    def __str__(self) -> str:
        where = f"message {self.message.pk} (position {self.message.position})" if self.message else "its end"
        return f"conversation {self.conversation.pk}, {where}: {self.reason}"


def content_digest(message: Message, attachments: Iterable[Attachment]) -> str:
    content = [
        message.salt, message.subject, message.body, message.html, message.new_text, message.headers,
        message.author_name, [[a.position, a.name, a.content_type, a.content_id, a.sha256] for a in attachments],
    ]  # fmt: skip
    return _digest(content)


def digest(message: Message, previous: str) -> str:
    """previous: the digest of the message before, empty for the first."""
    return _digest([
        previous, str(message.pk), str(message.conversation_id), message.position, message.direction, message.offline,
        message.author_kind, str(message.author_id), str(message.connection_id), message.external_id,
        _moment(message.occurred_at), _moment(message.arrived_at), message.content_digest,
    ])  # fmt: skip


def faults(conversations: Iterable[Conversation]) -> Iterator[Fault]:
    """Every fault in the chains of `conversations`, in order. Reads a few messages at a time.

    A conversation that seems to have one is looked at again under its lock: a message may just have arrived.
    """
    for conversation in conversations:
        if next(_faults(conversation), None) is not None:
            with transaction.atomic():
                locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
                found = list(_faults(locked))
            yield from found


def vanished(events: EventQuerySet) -> Iterator[UUID]:
    """The conversations that `events` saw beginning and that are gone, with the whole chain that would have told."""
    begun = events.filter(~Exists(Conversation.objects.filter(pk=OuterRef("subject_id"))))
    yield from begun.filter(type=EventType.CONVERSATION_CREATED).values_list("subject_id", flat=True).iterator()


def _faults(conversation: Conversation) -> Iterator[Fault]:
    previous, expected, written = "", 0, conversation.message_count
    for expected, message in enumerate(_messages(conversation), 1):
        if message.position != expected:
            yield Fault(conversation, message, f"message {expected} is missing before it")
            return
        reason = _fault(conversation, message, previous)
        if not reason and expected > written:
            reason = f"it was put in: {written} messages were written"
        if reason:
            yield Fault(conversation, message, reason)
        previous = message.digest
    if expected < written:
        yield Fault(conversation, None, f"{written} messages were written, {expected} stand")
    elif expected == written and previous != conversation.chain_digest:
        yield Fault(conversation, None, "its last message is not the one that was written last")


def _messages(conversation: Conversation) -> Iterator[Message]:
    attachments = Prefetch("attachments", Attachment.objects.order_by("position"))
    rows = conversation.messages.order_by("position").defer("search").prefetch_related(attachments)
    return iter(rows.iterator(chunk_size=50))


def _fault(conversation: Conversation, message: Message, previous: str) -> str:
    attachments = list(message.attachments.all())
    if message.digest != digest(message, previous):
        return "its metadata or its place in the chain was changed"
    if message.erased_at is not None:
        return _fault_of_erasure(conversation, message, attachments)
    if any(sha256(bytes(a.content)).hexdigest() != a.sha256 or len(a.content) != a.size for a in attachments):
        return "an attachment was changed"
    if message.content_digest != content_digest(message, attachments):
        return "its text was changed"
    return ""


def _fault_of_erasure(conversation: Conversation, message: Message, attachments: Sequence[Attachment]) -> str:
    erasures = Event.objects.filter(subject_id=conversation.contact_id, type=EventType.CONTACT_ERASED)
    if not erasures.filter(occurred_at__gte=message.arrived_at).exists():
        return "it is blanked, but its person was never erased"
    words = (message.subject, message.body, message.html, message.new_text, message.headers, message.author_name)
    if any(words) or message.salt or any(a.name or a.content_id or a.content or a.sha256 for a in attachments):
        return "it was erased, and words were put in its place"
    return ""


def _moment(moment: datetime) -> str:
    """In UTC, as the database gives it back, in whichever zone it was said."""
    return moment.astimezone(UTC).isoformat()


def _digest(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(written.encode()).hexdigest()
