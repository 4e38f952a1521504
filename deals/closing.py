"""Winning and losing a deal: what is asked for when it leaves the open stages."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.actors import Actor
from crm.errors import Invalid
from crm.versions import write
from deals import actions, places
from deals.models import Deal, Stage
from deals.stages import keyed

REASONS = 6
NOON = time(12)


@dataclass(frozen=True)
class Terms:
    """How a deal ends: on a day that is not ahead, a lost one for a reason, at a final value in minor units of the
    currency; None leaves the deal's."""

    closed_on: date
    reason: str = ""
    value: int | None = None
    currency: str | None = None


@transaction.atomic
def close(
    *,
    actor: Actor,
    deal: Deal,
    stage: str,
    terms: Terms,
    before: UUID | None = None,
    after: UUID | None = None,
    version: int | None = None,
) -> Deal:
    """Win or lose the deal on these terms; otherwise as `actions.move`. Days are those of the active time zone."""
    actor.must_write()
    column = keyed(actor.workspace, stage)
    check(column, terms)
    places.lock(column)  # as `move` does: the column before the deal
    money = {"value": terms.value, "currency": terms.currency}
    final = {name: given for name, given in money.items() if given is not None}
    deal = actions.change(actor=actor, deal=deal, version=version, **final)
    deal = actions.move(actor=actor, deal=deal, stage=stage, before=before, after=after, reason=terms.reason)
    lost = terms.reason if column.kind == Stage.Kind.LOST else ""
    write(deal, closed_at=_moment(terms.closed_on), lost_reason=lost)
    return deal


def check(column: Stage, terms: Terms) -> None:
    """Raise Invalid unless a deal may be closed into `column` so."""
    if column.kind == Stage.Kind.OPEN:
        raise Invalid(fields={"stage": [f"{column.name} is no stage where deals end."]})
    if column.kind == Stage.Kind.LOST and not terms.reason:
        raise Invalid(fields={"reason": ["Say why it was lost: choose a reason or write one."]})
    if terms.closed_on > timezone.localdate():
        raise Invalid(fields={"closed_on": ["Choose today or a day before it."]})


def reasons(actor: Actor) -> list[str]:
    """Why deals of this workspace were lost, the most frequent first."""
    lost = Deal.objects.visible_to(actor).exclude(lost_reason="").order_by().values_list("lost_reason", flat=True)
    return list(lost.annotate(times=Count("pk")).order_by("-times", "lost_reason")[:REASONS])


def _moment(day: date) -> datetime:
    """Now for today; noon for a day before."""
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, NOON))
