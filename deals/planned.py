"""Follow-ups for several deals at once, taken back with one press."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict
from deals.many import Chosen, Outcome, each
from inbox import follow_ups
from inbox.models import FollowUp

KIND = "deals.follow_ups"
LONGEST = 2000


def plan(actor: Actor, chosen: Sequence[Chosen], *, due_at: datetime, note: str) -> tuple[Outcome, Undo | None]:
    """One for each deal, about its conversation, for its owner, or for the actor where it has none."""
    made: list[FollowUp] = []

    def add(one: Chosen) -> None:
        deal = one.deal
        made.append(
            follow_ups.create(
                actor=actor, due_at=due_at, contact_id=deal.contact_id, conversation_id=deal.conversation_id,
                note=note[:LONGEST], owner_id=deal.owner_id or actor.id,
            )
        )  # fmt: skip

    outcome = each(chosen, add)
    data = {
        "follow_ups": [{"id": str(one.pk), "version": one.version} for one in made],
        "deals": [str(one.pk) for one in outcome.done],
    }
    return outcome, offer(actor, "Follow-up planned.", kind=KIND, data=data) if made else None


@undoes(KIND)
def unplan(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    versions = {one["id"]: one["version"] for one in data["follow_ups"]}
    rows = FollowUp.objects.visible_to(actor).filter(pk__in=versions).order_by("pk")
    for found in rows.select_for_update(no_key=True):
        if found.version != versions[str(found.pk)]:
            raise Conflict("Somebody changed this follow-up since. Nothing was taken back.")
        follow_ups.delete(actor=actor, follow_up=found)
    return [Touched("deal", UUID(pk)) for pk in data["deals"]]
