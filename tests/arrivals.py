"""People who write to us, for the tests of every room that something follows in."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from activity.consumers import consume_all, retry
from activity.models import Event, EventWork
from activity.work import run_due
from contacts.addresses import Address, address
from inbox.channels import ADDRESS_KIND
from inbox.intents.judgement import Judgement
from inbox.intents.labels import Intent
from inbox.messages import Draft, File
from inbox.models import Conversation, IntentTag, Message
from inbox.receiving import Arrival, receive
from inbox.tagging import tag, work_off

PRIYA = "priya@example.com"
# An open transaction of another test's database in the same cluster holds the log back for as long as it lasts.
PATIENCE = 120


def addressed(channel: str, *written: str) -> tuple[Address, ...]:
    return tuple(address(ADDRESS_KIND[channel], one, region="US") for one in written)


def arrival(
    body: str = "Hello",
    *,
    sender: str | Sequence[str] = PRIYA,
    channel: str = "email",
    direction: str = "inbound",
    external_id: str | None = None,
    at: datetime | None = None,
    offline: bool = False,
    files: Sequence[File] = (),
    subject: str = "",
    **whereto: Any,
) -> Arrival:
    """A message from `sender` as a connection brings it; `whereto`: what else `Arrival` says."""
    senders = (sender,) if isinstance(sender, str) else tuple(sender)
    draft = Draft(
        direction=direction, body=body, subject=subject, external_id=external_id, occurred_at=at, offline=offline,
        files=files,
    )  # fmt: skip
    return Arrival(channel=channel, addresses=addressed(channel, *senders), draft=draft, **whereto)


def write_in(actor: Actor, body: str = "Hello", **how: Any) -> Message:
    """The message that `arrival` describes, taken in."""
    message, _ = receive(actor=actor, arrival=arrival(body, **how))
    return message


def judged(message: Message, intent: Intent, *, confidence: float = 0.9, version: str = "test-1") -> IntentTag | None:
    """Tag `message` as if the model had said so."""
    judgement = Judgement(intent, confidence, 0, len(message.new_text), made_by="model", version=version)
    return tag(message, judgement)


def wants(actor: Actor, intent: Intent, body: str = "Hello", *, confidence: float = 0.9, **how: Any) -> Conversation:
    """The conversation in which somebody wrote what was judged as `intent`; nothing has reacted to it yet."""
    message = write_in(actor, body, **how)
    judged(message, intent, confidence=confidence)
    return message.conversation


def follow_up_on_everything() -> None:
    """What workers and sweeps do until nothing is left to do: tags, reactions, retries that are due."""
    while settle_once():
        pass


def settle_once() -> int:
    wait_until_readable()
    return work_off() + consume_all() + run_due(EventWork, retry)


def wait_until_readable() -> None:
    """Wait until readers of the log may see all that is committed in it."""
    until = time.monotonic() + PATIENCE
    while not _is_readable():
        assert time.monotonic() < until, "a transaction older than the newest event stays open"
        time.sleep(0.02)


def _is_readable() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(transaction::text::bigint), 0) "
            "< pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM activity_event"
        )
        return bool(cursor.fetchone()[0])


def events(*types: str, subject: UUID | None = None) -> list[str]:
    """The types of what the log holds, in its order, the newest last."""
    rows = Event.objects.order_by("sequence")
    if types:
        rows = rows.filter(type__in=types)
    if subject is not None:
        rows = rows.filter(subject_id=subject)
    return list(rows.values_list("type", flat=True))


def ago(**length: float) -> datetime:
    return timezone.now() - timedelta(**length)
