"""What Today shows. Each list is cut to what one reads at a glance and counted no further than a person wants to know.

Lists start from `request.looking`, so that the client switcher scopes them; `mine` leaves what is a person's own or
nobody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actors import Actor
from crm.pages.keyset import Stretch, stretch
from deals.health import STALLED, with_health
from deals.models import Deal
from inbox.composing.notes import unseen_mentions
from inbox.intents.labels import Intent
from inbox.models import Conversation, FollowUp, Message

SHOWN = 10
MOST_COUNTED = 999
MOST_IN_RAIL = 99
AHEAD = timedelta(days=7)
FULL = 50
_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Some:
    """The first rows of a list, and how many there are: above `MOST_COUNTED` it says so."""

    rows: Sequence[Any]
    count: int

    @property
    def counted(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def some(rows: "QuerySet[Any]", counted: "QuerySet[Any] | None" = None) -> Some:
    found = list(rows[: SHOWN + 1])
    if len(found) <= SHOWN:
        return Some(found, len(found))
    return Some(found[:SHOWN], (rows if counted is None else counted).order_by()[: MOST_COUNTED + 1].count())


def my_turn(looking: Actor, *, mine: bool) -> Some:
    """Who waits for an answer, the longest first: since their first message that none of ours came after.

    Read from the thousand that have been silent longest, so that a page of more costs no more.
    """
    waiting = _waiting(looking, mine=mine)
    oldest = waiting.order_by("sorted_at", "pk").values("pk")[: MOST_COUNTED + 1]
    first_unanswered = (
        Message.objects.filter(conversation=OuterRef("pk"), direction=Message.Direction.INBOUND)
        .filter(occurred_at__gt=Coalesce(OuterRef("last_outbound_at"), Value(_BEFORE_ALL)))
        .order_by("occurred_at")
        .values("occurred_at")[:1]
    )
    since = Coalesce(Subquery(first_unanswered), F("last_inbound_at"), F("sorted_at"))
    rows = _as_listed(Conversation.objects.filter(pk__in=oldest)).annotate(since=since)
    return some(rows.order_by("since", "pk"), waiting)


def waiting(looking: Actor, *, mine: bool) -> str:
    """How many there are in `my_turn`, as the rail has room for it; empty for none."""
    count = _waiting(looking, mine=mine)[: MOST_IN_RAIL + 1].count()
    return f"{MOST_IN_RAIL}+" if count > MOST_IN_RAIL else str(count or "")


def meetings(looking: Actor, *, mine: bool) -> Some:
    """Who asked for a meeting and has no answer yet, the longest first."""
    asked = _waiting(looking, mine=mine).filter(intent=Intent.BOOKING)
    return some(_as_listed(asked.annotate(since=F("sorted_at"))).order_by("sorted_at", "pk"), asked)


def follow_ups(looking: Actor, now: datetime, *, mine: bool) -> Some:
    """What is overdue, due today, or due within the week."""
    return some(_due(looking, mine=mine).filter(due_at__lt=now + AHEAD).order_by("due_at", "pk"))


def all_follow_ups(looking: Actor, mark: str, *, mine: bool) -> Stretch[FollowUp]:
    """Every one that is not done, whenever it is due."""
    return stretch(_due(looking, mine=mine), by="due_at", mark=mark, length=FULL, oldest_first=True)


def stalled(looking: Actor, now: datetime, *, mine: bool) -> Some:
    """Open deals that have been silent for longer than their stage allows, the longest past it first."""
    rows = with_health(Deal.objects.visible_to(looking).open(), now).filter(health=STALLED)
    still = _owned(rows, looking, "owner", mine=mine)
    return some(still.select_related("stage", "contact", "client", "owner__user").order_by("rots_at", "pk"), still)


def mentions(looking: Actor) -> Some:
    """The notes that named this person and that they have not opened since, newest first."""
    return some(unseen_mentions(looking))


def next_due(looking: Actor, now: datetime, *, mine: bool) -> FollowUp | None:
    """What comes next, for the page on which all is done."""
    return _due(looking, mine=mine).filter(due_at__gte=now).order_by("due_at", "pk").first()


def end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _waiting(looking: Actor, *, mine: bool) -> "QuerySet[Conversation]":
    rows = Conversation.objects.visible_to(looking).filter(
        status=Conversation.Status.ACTIVE, turn=Conversation.Turn.OURS
    )
    return _owned(rows, looking, "assignee", mine=mine)


def _due(looking: Actor, *, mine: bool) -> "QuerySet[FollowUp]":
    rows = FollowUp.objects.visible_to(looking).filter(done_at=None)
    owned = _owned(rows, looking, "owner", mine=mine)
    return owned.select_related("contact", "client", "owner__user", "conversation")


def _owned(rows: "QuerySet[Any]", looking: Actor, by: str, *, mine: bool) -> "QuerySet[Any]":
    return rows.filter(Q(**{by: looking.membership}) | Q(**{by: None})) if mine else rows


def _as_listed(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("contact", "client", "assignee__user")
