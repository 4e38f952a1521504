"""The hash chain of a conversation: each message's digest covers the one before, so that no message can be changed,
taken out, put in or cut off at the end unseen, not even by somebody who can switch the triggers off.

What a message says enters through `content_digest`, salted: when a person is erased, text and salt go, the digest
stays, the chain still verifies and nobody can find the text by trying.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Prefetch

from activity.models import Event
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
        message.occurred_at.isoformat(), message.arrived_at.isoformat(), message.content_digest,
    ])  # fmt: skip


def faults(conversations: Iterable[Conversation]) -> Iterator[Fault]:
    """Every fault in the chains of `conversations`, in order. Reads one conversation at a time."""
    for conversation in conversations:
        yield from _faults(conversation)


def _faults(conversation: Conversation) -> Iterator[Fault]:
    previous = ""
    messages = _messages(conversation)
    for expected, message in enumerate(messages, 1):
        if message.position != expected:
            yield Fault(conversation, message, f"message {expected} is missing before it")
            return
        reason = _fault(conversation, message, previous)
        if reason:
            yield Fault(conversation, message, reason)
        previous = message.digest
    if len(messages) != conversation.message_count or previous != conversation.chain_digest:
        yield Fault(conversation, None, f"{conversation.message_count} messages were written, {len(messages)} stand")


def _messages(conversation: Conversation) -> Sequence[Message]:
    attachments = Prefetch("attachments", Attachment.objects.order_by("position"))
    return list(conversation.messages.order_by("position").defer("search").prefetch_related(attachments))


def _fault(conversation: Conversation, message: Message, previous: str) -> str:
    if message.digest != digest(message, previous):
        return "its metadata or its place in the chain was changed"
    if message.erased_at is not None:
        return "" if _was_erased(conversation) else "it is blanked, but its person was never erased"
    attachments = list(message.attachments.all())
    if any(sha256(bytes(a.content)).hexdigest() != a.sha256 for a in attachments):
        return "an attachment was changed"
    if message.content_digest != content_digest(message, attachments):
        return "its text was changed"
    return ""


def _was_erased(conversation: Conversation) -> bool:
    return Event.objects.filter(subject_id=conversation.contact_id, type=EventType.CONTACT_ERASED).exists()


def _digest(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(written.encode()).hexdigest()
