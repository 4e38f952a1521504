"""The same done to several deals. What is refused for one does not hold up the others, and is told by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from crm.errors import Invalid, NotAllowed, Refusal, Stale
from deals import actions, closing, places
from deals.closing import Terms
from deals.models import Deal, Stage
from deals.stages import keyed

MOST = 200


@dataclass(frozen=True)
class Chosen:
    """A deal, and the version of it that the person saw."""

    deal: Deal
    version: int | None = None


@dataclass
class Outcome:
    done: list[Deal] = field(default_factory=list)
    refused: list[tuple[Deal, Refusal]] = field(default_factory=list)


def each(chosen: Sequence[Chosen], act: Callable[[Chosen], object]) -> Outcome:
    """Do `act` to one after the other, each whole or not at all. Raises NotAllowed at once: it holds for all."""
    if len(chosen) > MOST:
        raise Invalid(f"At most {MOST} deals at a time. Choose fewer.")
    outcome = Outcome()
    for one in chosen:
        try:
            with transaction.atomic():
                act(one)
        except NotAllowed:
            raise
        except Refusal as refusal:
            outcome.refused.append((one.deal, refusal))
        else:
            outcome.done.append(one.deal)
    return outcome


@transaction.atomic
def move(
    *,
    actor: Actor,
    chosen: Sequence[Chosen],
    stage: str,
    before: UUID | None = None,
    after: UUID | None = None,
    terms: Terms | None = None,
) -> Outcome:
    """Into one column, in the given order, one below the other: above `before`, or below `after`, else at the top.
    terms: how they end, where that column is one of won or lost deals and it is a person who moves them."""
    actor.must_write()
    hold([one.deal for one in chosen], into=keyed(actor.workspace, stage))
    last = after

    def put(one: Chosen) -> None:
        nonlocal last
        how: dict[str, Any] = {"actor": actor, "deal": one.deal, "stage": stage, "version": one.version}
        how |= {"after": last} if last else {"before": before}
        actions.move(**how) if terms is None else closing.close(**how, terms=terms)
        last = one.deal.pk

    return each(chosen, put)


def hold(deals: Sequence[Deal], *, into: Stage | None = None) -> None:
    """Lock the column and then the deals, always in the same order, so that two people who change many at once wait for
    each other and no more."""
    if into is not None:
        places.lock(into)
    list(Deal.objects.filter(pk__in=[deal.pk for deal in deals]).order_by("pk").select_for_update().values("pk"))


def words(outcome: Outcome, done: str) -> str:
    """`done` of how many, and for each refused one why: “2 deals moved to Won. “Bread” not: …”."""
    said = [f"{counted(len(outcome.done))} {done}."] if outcome.done else []
    return " ".join(said + [f"“{deal.title}” was left as it is: {why(refusal)}" for deal, refusal in outcome.refused])


def counted(number: int) -> str:
    return "1 deal" if number == 1 else f"{number} deals"


def why(refusal: Refusal) -> str:
    return "somebody changed it since you saw it." if isinstance(refusal, Stale) else refusal.message
