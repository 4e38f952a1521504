"""Deleting a stage that holds deals, renaming and ordering it on its page: each with its way back."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict
from deals import actions, stages, taking_back
from deals.models import Deal, Stage

KIND = "deals.stage"
ORDER = "deals.stage_order"
FIELDS = ("name", "kind", "probability", "rot_days")
MOST_MOVED = 500


@transaction.atomic
def delete(*, actor: Actor, stage: Stage, into: Stage | None = None) -> Undo | None:
    """Take the stage off the board, its deals `into` another one, to the top and in their order. Raises Conflict where
    it holds deals and `into` is none, or more of them than one press moves."""
    actor.must_administer()
    actor.must_see_all()
    deals = list(Deal.objects.visible_to(actor).filter(stage=stage).order_by("place")[: MOST_MOVED + 1])
    before = taking_back.standing(actor, [deal.pk for deal in deals])
    position = stage.position
    if deals:
        _empty(actor, stage, deals, into)
    stages.delete(actor=actor, stage=stage)
    data = {"stage": str(stage.pk), "position": position, "deals": taking_back.changes(actor, before)}
    return offer(actor, f"{stage.name} deleted.", kind=KIND, data=data)


def offered(actor: Actor, stage: Stage, before: dict[str, Any]) -> Undo | None:
    """How `stage` gets back what it was `before`: its fields by their names."""
    after = {name: getattr(stage, name) for name in before}
    if after == before:
        return None
    data = {"stage": str(stage.pk), "before": before, "after": after}
    return offer(actor, f"{stage.name} changed.", kind=KIND, data=data)


def offered_order(actor: Actor, before: Sequence[Stage]) -> Undo | None:
    after = stages.lay_out(actor.workspace)
    data = {"before": [one.key for one in before], "after": [one.key for one in after]}
    return offer(actor, "Stages put in order.", kind=ORDER, data=data) if data["before"] != data["after"] else None


@undoes(KIND)
def put_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    stage = Stage.objects.filter(workspace=actor.workspace, pk=data["stage"]).first()
    if stage is None:
        raise Conflict("This stage is not there any more.")
    if "position" in data:
        stages.bring_back(actor=actor, stage=stage, position=data["position"])
        return [Touched("stage", stage.pk), *taking_back.put_back(actor, {"deals": data["deals"]})]
    if stage.retired_at or any(getattr(stage, name) != value for name, value in data["after"].items()):
        raise Conflict(f"{stage.name} was changed since. Nothing was taken back.", code="changed_since")
    stages.change(actor=actor, stage=stage, **data["before"])
    return [Touched("stage", stage.pk)]


@undoes(ORDER)
def reorder(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    now = {stage.key: stage for stage in stages.lay_out(actor.workspace)}
    if list(now) != data["after"]:
        raise Conflict("The stages were changed since. Nothing was taken back.", code="changed_since")
    for number, key in enumerate(data["before"], 1):
        stages.change(actor=actor, stage=Stage.objects.get(pk=now[key].pk), position=number)
    return [Touched("stage", stage.pk) for stage in now.values()]


def _empty(actor: Actor, stage: Stage, deals: Sequence[Deal], into: Stage | None) -> None:
    if into is None or into.pk == stage.pk:
        raise Conflict("This stage holds deals. Say which stage they go to.", code="stage_in_use")
    if into.kind not in (stage.kind, Stage.Kind.OPEN):
        raise Conflict("Deals that end there are asked how, one by one. Choose an open stage.", code="stage_in_use")
    if len(deals) > MOST_MOVED:
        raise Conflict(f"This stage holds more than {MOST_MOVED} deals. Move some of them on the board first.")
    last = None
    for deal in deals:
        actions.move(actor=actor, deal=deal, stage=into.key, after=last, reason=deal.lost_reason)
        last = deal.pk
