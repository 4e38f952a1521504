"""Handling what came: each event in one transaction of its own, as often as it takes."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from activity.work import run_outside
from crm.errors import Refusal
from crm.nudge import nudge
from crm.text import storable
from integrations.base import Connected, Failed, System
from integrations.models import Connection, InboundEvent
from integrations.registry import system_called

LONGEST_OUTCOME = 500
# What is paused waits; what was deleted is not handled any more; what a batch still holds is handled by the batch.
_OPEN = Q(is_held=False, connection__is_active=True, connection__deleted_at=None)


# Of one connection, before the next one's turn.
AT_A_TURN = 10


def work_off(*, most: int = 200) -> int:
    """Handle up to `most` events that are due, and return how many were tried. Connections take turns: however many
    events one of them sends, the others' do not wait behind them."""
    tried = 0
    while tried < most and (done := _a_round(most - tried)):
        tried += done
    return tried


def _a_round(most: int) -> int:
    due = InboundEvent.objects.filter(_OPEN, state=InboundEvent.State.WAITING, due_at__lte=timezone.now())
    done = 0
    for connection in list(due.order_by().values_list("connection", flat=True).distinct()):
        turn = min(AT_A_TURN, most - done)
        done += run_outside(InboundEvent, act, most=turn, only=_OPEN & Q(connection=connection))
    return done


def act(event: InboundEvent) -> Callable[[], None]:
    """Prepare `event`, with no transaction open, and return what handles it in one."""
    connection = Connection.objects.select_related("workspace", "client").get(pk=event.connection_id)
    connected, system = Connected(connection), system_called(connection.system)
    prepared = system.prepare(connected, event)
    return lambda: _handle(system, connected, event, prepared)


def _handle(system: System, connected: Connected, event: InboundEvent, prepared: Any) -> None:
    try:
        outcome = system.handle(connected, event, prepared)
    except Refusal as refusal:  # a sentence for people: trying again would say the same
        raise Failed(refusal.message) from refusal
    InboundEvent.objects.filter(pk=event.pk).update(outcome=storable(outcome, LONGEST_OUTCOME))


@transaction.atomic
def replay(*, actor: Actor, event: InboundEvent) -> None:
    """Handle once more an event that was given up, or was done: what it did before is not done twice, since every
    verb knows what it did by the outside's own ids."""
    actor.must_administer()
    InboundEvent.objects.filter(pk=event.pk).exclude(state=InboundEvent.State.WAITING).update(
        state=InboundEvent.State.WAITING, attempts=0, due_at=timezone.now(), leased_until=None, done_at=None
    )
    nudge("integrations.tasks.handle")
