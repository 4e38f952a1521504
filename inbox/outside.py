"""Under which id an outside system knows what we sent through it. The message itself never changes."""

import re
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from crm.ids import uuid7
from crm.transactions import insert_once
from inbox.channels import Channel
from inbox.models import Conversation, Message, OutsideId

# Its echo comes within moments, or with the next nightly batch.
ECHO_WITHIN = timedelta(days=2)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


@transaction.atomic
def confirm(*, actor: Actor, message: Message, external_id: str) -> None:
    """The system said that this is its id of `message`. Said again, or heard by the echo before, it is the same."""
    actor.must_write()
    insert_once(_row(message, external_id))


def of(message: Message) -> str | None:
    """Its id at the system that it was sent through; None where that is not known (yet)."""
    if message.external_id is not None:
        return message.external_id
    return message.outside_ids.order_by("id").values_list("external_id", flat=True).first()


def known(connection_id: UUID, external_id: str) -> Message | None:
    """What we sent through this connection and it calls `external_id`."""
    row = OutsideId.objects.filter(connection=connection_id, external_id=external_id).select_related("message").first()
    return row.message if row else None


def echoed(conversation: Conversation, body: str, external_id: str) -> Message | None:
    """Our own send coming back before its answer did: the oldest with these words whose outside id is not known yet.
    From now on it is. `conversation` is locked."""
    unconfirmed = Message.objects.filter(
        ~Exists(OutsideId.objects.filter(message=OuterRef("pk"))),
        conversation=conversation, direction=Message.Direction.OUTBOUND, connection__isnull=False, external_id=None,
        deliveries__isnull=False, arrived_at__gt=timezone.now() - ECHO_WITHIN,
    )  # fmt: skip
    ours: list[Message] = [
        message for message in unconfirmed.order_by("position").distinct() if _words(message.body) == _words(body)
    ]
    echo = next(iter(ours), None)
    if echo is not None:
        insert_once(_row(echo, external_id))
    return echo


def minted(conversation: Conversation) -> str | None:
    """The Message-ID (without its angle brackets) of a mail that is about to be sent: every mail program threads by it,
    and a copy of it is known for what it is. At the domain that it is sent from, so that nothing in it tells whose
    agency writes. None on channels whose systems give ids themselves."""
    if conversation.channel != Channel.EMAIL or conversation.connection is None:
        return None
    addresses = conversation.connection.settings.get("addresses") or [""]
    host = str(addresses[0]).strip().lower().rpartition("@")[2]
    if not _HOST.fullmatch(host):
        host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
    return f"{uuid7().hex}.parley@{host}"


def _row(message: Message, external_id: str) -> OutsideId:
    assert message.connection_id is not None, "only what goes through a connection has an id there"  # noqa: S101
    return OutsideId(
        workspace_id=message.workspace_id, client_id=message.client_id, message=message,
        connection_id=message.connection_id, external_id=external_id,
    )  # fmt: skip


def _words(text: str) -> str:
    return " ".join(text.split())
