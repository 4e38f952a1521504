"""Appending to a conversation: the one place where messages are made."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.models import Contact
from crm.nudge import nudge
from crm.text import storable
from inbox import chain
from inbox.mail.quoting import new_text
from inbox.models import Attachment, Conversation, IntentWork, Message

PREVIEW = 300


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Draft:
    """What is to be appended. `external_id`: the outside system's id; `occurred_at`: its time, ours where it names
    none."""

    direction: str
    body: str
    subject: str = ""
    html: str = ""
    headers: Sequence[tuple[str, str]] = ()
    external_id: str | None = None
    occurred_at: datetime | None = None
    offline: bool = False
    author_kind: str = ""
    author_id: UUID | None = None
    author_name: str = ""
    files: Sequence[File] = field(default=())


def lock(conversation: Conversation) -> Conversation:
    """The conversation as it is now, locked together with its contact. Always the contact first: arriving messages lock
    in this order, and two orders would wait for each other."""
    with transaction.atomic():
        Contact.objects.select_for_update().only("pk").get(pk=conversation.contact_id)
        locked: Conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
        if locked.contact_id == conversation.contact_id:
            return locked
        transaction.set_rollback(True)  # a merge moved it since: let go of both, and take them in order
    return lock(locked)


def newest_from_them(conversation: Conversation) -> UUID | None:
    """The id of what the person said last, by their own clock."""
    inbound = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    return inbound.order_by("-occurred_at", "-position").values_list("pk", flat=True).first()


def append(*, actor: Actor, conversation: Conversation, draft: Draft) -> Message:
    """Append to a conversation that `lock` has locked, in the same transaction. The caller has looked for a message
    with the same external id; a parallel one in another conversation raises IntegrityError."""
    message = _written(conversation, draft, actor.now)
    files = [_attachment(message, number, file) for number, file in enumerate(draft.files)]
    message.content_digest = chain.content_digest(message, files)
    message.digest = chain.digest(message, conversation.chain_digest)
    message.save(force_insert=True)
    Attachment.objects.bulk_create(files)
    status = conversation.status
    _reflect(conversation, message)
    Contact.objects.filter(pk=conversation.contact_id).update(
        last_activity_at=Greatest("last_activity_at", message.occurred_at)
    )
    _announce(actor, conversation, message)
    if conversation.status != status:
        record(
            actor, EventType.CONVERSATION_REOPENED, conversation,
            contact_id=conversation.contact_id, reason="new message",
        )  # fmt: skip
    return message


def _written(conversation: Conversation, draft: Draft, now: datetime) -> Message:
    inbound = draft.direction == Message.Direction.INBOUND
    return Message(
        workspace_id=conversation.workspace_id,
        client_id=conversation.client_id,
        conversation=conversation,
        connection_id=conversation.connection_id,
        position=conversation.message_count + 1,
        direction=draft.direction,
        subject=storable(draft.subject, 998),
        body=storable(draft.body),
        html=storable(draft.html),
        new_text=new_text(storable(draft.body)),
        headers=[[storable(name), storable(value)] for name, value in draft.headers],
        author_kind=draft.author_kind or ("contact" if inbound else "person"),
        author_id=draft.author_id or (conversation.contact_id if inbound else None),
        author_name=storable(draft.author_name, 300),
        external_id=draft.external_id,
        occurred_at=draft.occurred_at or now,
        arrived_at=now,
        offline=draft.offline,
        salt=secrets.token_hex(16),
    )


def _attachment(message: Message, number: int, file: File) -> Attachment:
    return Attachment(
        workspace_id=message.workspace_id,
        message=message,
        position=number,
        name=storable(file.name, 300),
        content_type=storable(file.content_type, 200),
        content_id=storable(file.content_id, 998),
        size=len(file.content),
        sha256=sha256(file.content).hexdigest(),
        content=file.content,
    )


def _reflect(conversation: Conversation, message: Message) -> None:
    """Write on the conversation what follows from its messages. One that was said before the newest and arrives late
    changes neither the preview nor the turn."""
    inbound = message.direction == Message.Direction.INBOUND
    side = "last_inbound_at" if inbound else "last_outbound_at"
    changes: dict[str, Any] = {
        "message_count": message.position,
        "chain_digest": message.digest,
        "unread_count": conversation.unread_count + inbound,
        "subject": conversation.subject or message.subject,
        side: max(filter(None, [getattr(conversation, side), message.occurred_at])),
    }
    if _is_newest(conversation, message):
        changes |= {
            "last_message": preview(message),
            "last_message_at": message.occurred_at,
            "sorted_at": message.occurred_at,
            "turn": Conversation.Turn.OURS if inbound else Conversation.Turn.THEIRS,
        }
        changes |= {"status": Conversation.Status.ACTIVE, "snoozed_until": None} if inbound else {"unread_count": 0}
    for name, value in changes.items():
        setattr(conversation, name, value)
    conversation.updated_at = timezone.now()
    Conversation.objects.filter(pk=conversation.pk).update(
        **changes, version=F("version") + 1, updated_at=conversation.updated_at
    )
    conversation.version += 1


def _is_newest(conversation: Conversation, message: Message) -> bool:
    return conversation.last_message_at is None or message.occurred_at >= conversation.last_message_at


def preview(message: Message) -> str:
    text = " ".join((message.new_text or message.body).split())
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…"


def _announce(actor: Actor, conversation: Conversation, message: Message) -> None:
    about: dict[str, Any] = {
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact_id,
        "channel": conversation.channel,
    }
    if message.direction == Message.Direction.OUTBOUND:
        record(actor, EventType.MESSAGE_SENT, message, **about)
        return
    record(actor, EventType.MESSAGE_RECEIVED, message, **about, offline=message.offline)
    IntentWork.objects.create(message=message, workspace_id=message.workspace_id, due_at=message.arrived_at)
    nudge("inbox.tasks.tag")
