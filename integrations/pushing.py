"""Telling outside systems what happened here: read from the event log, gathered for a moment, sent until it arrives."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone

from accounts.actors import Actor
from activity.consumers import reaction
from activity.models import Event
from activity.work import PAUSES, Failed, run_outside
from crm.nudge import nudge
from crm.outside import Unreachable
from crm.text import storable
from crm.transactions import insert_once
from integrations.base import Connected, System, Wanted
from integrations.models import Connection, Push
from integrations.registry import system_called, systems

LONGEST_OUTCOME = 500
MOST_PUT_OFF = timedelta(seconds=30)
_OPEN = Q(connection__is_active=True, connection__deleted_at=None)
State = Push.State


def listen() -> None:
    """Read the log for every type of event that a system wants to hear of. Called once, when the rooms are ready."""
    types = frozenset[str]().union(*(system.pushes for system in systems().values()))
    reaction("push_outside", *types, title="Tell connected systems what happened here", switchable=False)(_tell)


def _tell(event: Event, actor: Actor) -> None:
    for connection in _hearing(event):
        for wanted in system_called(connection.system).wants(Connected(connection), event):
            wish(connection, wanted)


def _hearing(event: Event) -> list[Connection]:
    """The connections on the event's side of the wall whose system listens to it; never the one it came from."""
    names = [key for key, system in systems().items() if event.type in system.pushes]
    spanning = [name for name in names if systems()[name].spans_clients]
    side = Q(client=event.client_id) | Q(client=None, system__in=spanning)
    rows = Connection.objects.filter(side, workspace=event.workspace_id, system__in=names)
    rows = rows.filter(deleted_at=None).exclude(pk=event.actor_id if event.actor_kind == "connection" else None)
    return list(rows.select_related("workspace", "client"))


@transaction.atomic
def wish(connection: Connection, wanted: Wanted) -> None:
    """Have it sent: with what waits already, where that is not under way; a moment later, but never put off for
    long."""
    now = timezone.now()
    due_at = now + timedelta(seconds=wanted.after)
    push = Push(
        workspace_id=connection.workspace_id, connection=connection, kind=wanted.kind, subject_id=wanted.subject_id,
        params=dict(wanted.params), due_at=due_at, wished_at=now,
    )  # fmt: skip
    if not insert_once(push):
        Push.objects.filter(
            connection=connection, kind=wanted.kind, subject_id=wanted.subject_id, state=State.WAITING
        ).update(
            wishes=F("wishes") + 1, params=dict(wanted.params), due_at=Least(due_at, F("wished_at") + MOST_PUT_OFF)
        )
    nudge("integrations.tasks.push")


def work_off(*, most: int = 100) -> int:
    """Send up to `most` pushes that are due, and return how many were tried."""
    return run_outside(Push, _send, most=most, only=_OPEN)


def _send(push: Push) -> Callable[[], bool]:
    connection = Connection.objects.select_related("workspace", "client").get(pk=push.connection_id)
    connected, system = Connected(connection), system_called(connection.system)
    try:
        effect = _tried(system, connected, push)
    except Failed as failure:
        _give_up(connected, push, failure)
        raise
    return partial(_sent, push, effect)


def _tried(system: System, connected: Connected, push: Push) -> Callable[[], str]:
    """Where nobody answers the last try, nothing follows any more: it failed."""
    try:
        return system.send(connected, push)
    except Unreachable as error:
        if push.attempts < len(PAUSES):
            raise
        raise Failed(str(error)) from error


def _give_up(connected: Connected, push: Push, failure: Failed) -> None:
    push.last_error = storable(str(failure), 2000)
    with transaction.atomic():
        system_called(connected.connection.system).gave_up(connected, push)


def _sent(push: Push, effect: Callable[[], str]) -> bool:
    """Keep what became of it. True where it was wished for again meanwhile: then it is sent once more, as it is by
    then."""
    outcome = storable(effect(), LONGEST_OUTCOME)
    rows = Push.objects.select_for_update().filter(pk=push.pk)
    again: bool = rows.values_list("wishes", flat=True).get() > push.wishes
    rows.update(outcome=outcome, round=F("round") + int(again), wished_at=timezone.now() if again else F("wished_at"))
    return again


@transaction.atomic
def give_up_all(connection: Connection, words: str) -> None:
    """Nothing that waits is sent any more. What is under way at this moment may still arrive."""
    connected, system = Connected(connection), system_called(connection.system)
    for push in Push.objects.select_for_update().filter(connection=connection, state=State.WAITING):
        push.state, push.last_error, push.leased_until = State.DEAD, words, None
        push.save(update_fields=["state", "last_error", "leased_until"])
        system.gave_up(connected, push)


@transaction.atomic
def replay(*, actor: Actor, push: Push) -> None:
    """Send once more what was given up, unless something newer waits for the same row."""
    actor.must_administer()
    waiting = Push.objects.filter(
        connection=push.connection_id, kind=push.kind, subject_id=push.subject_id, state=State.WAITING
    )
    if not waiting.exists():
        Push.objects.filter(pk=push.pk, state=State.DEAD).update(
            state=State.WAITING, attempts=0, due_at=timezone.now(), leased_until=None, round=F("round") + 1
        )
    nudge("integrations.tasks.push")
