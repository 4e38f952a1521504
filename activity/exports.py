"""Who took what data out of Parley."""

from django.db import transaction

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType


@transaction.atomic
def exported(actor: Actor, what: str, count: int) -> None:
    """Record that `actor` is given a file. what: its rows in words, in the plural. count: how many it holds as it
    begins."""
    record(actor, EventType.DATA_EXPORTED, actor.workspace, client=actor.only_client, what=what, count=count)
