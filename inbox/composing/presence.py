"""Who else looks at a conversation, who of them is writing; and how far one had read when one left it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from inbox.composing.models import LastSeen, Presence
from inbox.models import Conversation

GONE_AFTER = timedelta(seconds=40)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Other:
    name: str
    writing: bool


@dataclass(frozen=True)
class Reading:
    """How far a member had read when they left: up to `position`, at `at`."""

    position: int
    at: datetime


@transaction.atomic
def beat(*, actor: Actor, conversation: Conversation, window: UUID, writing: bool) -> bool:
    """The actor looks at `conversation` in `window` now. Whether that is news to the others there."""
    actor.must_write()
    now = timezone.now()
    before = Presence.objects.filter(conversation=conversation, member=actor.membership, window=window).first()
    Presence.objects.filter(member=actor.membership, beat_at__lt=now - FORGOTTEN_AFTER).delete()
    Presence.objects.bulk_create(
        [
            Presence(
                workspace=actor.workspace, conversation=conversation, member=actor.membership, window=window,
                writing=writing, beat_at=now,
            )
        ],
        update_conflicts=True, unique_fields=["conversation", "member", "window"], update_fields=["writing", "beat_at"],
    )  # fmt: skip
    return before is None or before.writing != writing or before.beat_at < now - GONE_AFTER


def leave(*, actor: Actor, conversation: Conversation, window: UUID, position: int | None) -> bool:
    """The window shows it no more; what it showed up to `position` is read. Whether the others should know."""
    actor.must_write()
    if position is not None:
        read(actor, conversation, position)
    gone, _ = Presence.objects.filter(conversation=conversation, member=actor.membership, window=window).delete()
    return bool(gone)


def others(actor: Actor, conversation: Conversation) -> list[Other]:
    """Who else of the team is there, by name. Nobody, for whoever is not of the team."""
    if not actor.on_team:
        return []
    rows = (
        Presence.objects.filter(conversation=conversation, beat_at__gte=timezone.now() - GONE_AFTER)
        .exclude(member=actor.membership)
        .values("member", "member__user__name", "member__user__email")
        .annotate(types=BoolOr("writing"))
    )
    named = [Other(row["member__user__name"] or row["member__user__email"], bool(row["types"])) for row in rows]
    return sorted(named, key=lambda one: one.name.casefold())


def read(actor: Actor, conversation: Conversation, position: int) -> None:
    """The actor has read up to `position`, and no further than there is. Never back."""
    position = min(position, conversation.message_count)
    found, new = LastSeen.objects.get_or_create(
        member=actor.membership, conversation=conversation,
        defaults={"workspace": actor.workspace, "position": position, "seen_at": timezone.now()},
    )  # fmt: skip
    if not new:
        LastSeen.objects.filter(pk=found.pk).update(position=max(position, found.position), seen_at=timezone.now())


def last_read(actor: Actor, conversation: Conversation) -> Reading | None:
    """How far they had come; None where they have never been there."""
    if actor.membership is None:
        return None
    found = LastSeen.objects.filter(member=actor.membership, conversation=conversation).first()
    return Reading(found.position, found.seen_at) if found else None
