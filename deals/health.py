"""How a deal is doing, read from its conversation and not from edits of the deal itself."""

from datetime import datetime, timedelta

from django.db.models import Case, CharField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from deals.models import Deal, DealQuerySet, Stage
from inbox.models import Conversation, FollowUp

UNANSWERED = "unanswered"
STALLED = "stalled"
HEALTHY = "healthy"
CLOSED = "closed"
ALL = (UNANSWERED, STALLED, HEALTHY, CLOSED)


def with_health(deals: DealQuerySet, now: datetime) -> DealQuerySet:
    """Annotate `health` and `last_contact_at`: when the person last wrote, or when the deal was opened.

    unanswered: their reply waits for us. stalled: silent for longer than the stage allows, and no follow-up ahead.
    """
    ahead = FollowUp.objects.filter(contact=OuterRef("contact"), done_at=None, due_at__gt=now)
    silent = Q(stage__rot_days__isnull=False, rots_at__lt=now)
    annotated: DealQuerySet = deals.annotate(
        last_contact_at=Coalesce("conversation__last_inbound_at", "created_at"),
        rots_at=ExpressionWrapper(
            F("last_contact_at") + F("stage__rot_days") * Value(timedelta(days=1)), output_field=DateTimeField()
        ),
        health=Case(
            When(~Q(stage__kind=Stage.Kind.OPEN), then=Value(CLOSED)),
            When(
                conversation__turn=Conversation.Turn.OURS,
                conversation__status=Conversation.Status.ACTIVE,
                then=Value(UNANSWERED),
            ),
            When(silent & ~Exists(ahead), then=Value(STALLED)),
            default=Value(HEALTHY),
            output_field=CharField(),
        ),
    )
    return annotated


def reason(deal: Deal, now: datetime) -> str:
    """Why it is as it is, in words. `deal` comes from `with_health`."""
    days = (now - deal.last_contact_at).days  # type: ignore[attr-defined]
    health: str = deal.health  # type: ignore[attr-defined]
    if health == UNANSWERED:
        return "Their reply waits for an answer"
    if health == STALLED:
        return f"Silent for {_counted(days)}; {deal.stage.name} allows {deal.stage.rot_days}"
    if health == CLOSED:
        return "Closed"
    return f"Last heard from {_counted(days)} ago" if days else "In contact today"


def _counted(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"
