"""Switching a built-in reaction off and on."""

from typing import Any

from django.db import transaction

from accounts.actors import Actor
from activity.consumers import READERS
from activity.log import record
from activity.models import ReactionSwitch, Undo
from activity.types import EventType
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict, NotFound
from crm.transactions import insert_once

KIND = "activity.switch"


@transaction.atomic
def switch(*, actor: Actor, name: str, enabled: bool) -> Undo | None:
    """Have the reaction be on, or off, from now on. None where it is so already, whoever pressed at the same moment."""
    if not _set(actor, name, enabled):
        return None
    words = f"Switched {'on' if enabled else 'off'}: {READERS[name].title}"
    return offer(actor, words, kind=KIND, data={"reaction": name, "enabled": enabled})


@undoes(KIND)
def switch_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    if not _set(actor, data["reaction"], not data["enabled"]):
        raise Conflict("Somebody switched it since. Nothing was taken back.", code="changed_since")
    return []


def _set(actor: Actor, name: str, enabled: bool) -> bool:
    """Whether it was the other way before. Locks the switch."""
    actor.must_administer()
    actor.must_see_all()
    if name not in READERS or not READERS[name].switchable:
        raise NotFound("There is no such automation.")
    insert_once(ReactionSwitch(workspace=actor.workspace, reaction=name))
    row = ReactionSwitch.objects.select_for_update().get(workspace=actor.workspace, reaction=name)
    if row.enabled == enabled:
        return False
    row.enabled = enabled
    row.save(update_fields=["enabled"])
    record(actor, EventType.REACTION_SWITCHED, row, reaction=name, enabled=enabled)
    return True
