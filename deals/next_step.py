"""Following up at the time that somebody proposes moves their deal on, with the same press."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from activity.undoing import Touched
from clients.pages import PageRequest, page
from crm.errors import Conflict
from deals import actions, taking_back
from deals.models import Deal, Stage
from inbox import next_steps
from inbox.models import Conversation
from inbox.next_steps import Meet
from inbox.pages.next_steps import answered, found, planned, strip


@dataclass(frozen=True)
class Onward:
    """The open deal of a conversation, and the open stage after its own."""

    deal: Deal
    stage: Stage


def onward(actor: Actor, conversation: Conversation) -> Onward | None:
    """None where the conversation has no open deal, or it stands in the last open stage. Two queries at most."""
    deals = Deal.objects.visible_to(actor).filter(conversation=conversation, stage__kind=Stage.Kind.OPEN)
    deal = deals.select_related("stage").defer("search").order_by("-created_at", "-pk").first()
    if deal is None:
        return None
    stages = Stage.objects.of(actor.workspace).filter(kind=Stage.Kind.OPEN, position__gt=deal.stage.position)
    stage = stages.order_by("position").first()
    return Onward(deal, stage) if stage else None


@require_POST
@page
def follow_up(request: PageRequest, pk: UUID) -> HttpResponse:
    """`stage`: where the page said that the deal goes. Raises Conflict where it would go elsewhere by now."""
    opened = found(request, pk)
    with transaction.atomic():
        step = answered(request, opened, Meet)
        words, part = planned(request, opened, step)
        on = onward(request.actor, opened)
        if on is None or on.stage.key != request.POST.get("stage", ""):
            raise Conflict("The deal was moved meanwhile. Nothing was done; look again.")
        before = taking_back.standing(request.actor, [on.deal.pk])
        actions.move(actor=request.actor, deal=on.deal, stage=on.stage.key)
        parts = [part, (taking_back.KIND, {"deals": taking_back.changes(request.actor, before)})]
        words = f"{words} “{on.deal.title}” moved to {on.stage.name}."
        undo = next_steps.offer_back(request.actor, words, step, parts)
    return strip(request, opened, words, undo, Touched("deal", on.deal.pk))
