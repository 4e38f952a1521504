"""A client goes: decided once, done by a run in steps, until nothing of it is left.

From the moment it is decided, the client is hidden: its own people and keys see nothing, its connections bring what
arrives to the target, or are ended. The run cannot be stopped half-way; where it fails, it is started again from its
page and goes on.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import Role
from activity import runs
from activity.log import record
from activity.models import Run
from activity.types import EventType
from clients.actions import must_have_clients
from clients.leaving import exporting
from clients.leaving.contract import MOVES, Owned, Work, owned, parts
from clients.leaving.models import Leaving
from clients.models import Client, ClientAccess, Side
from crm import versions
from crm.errors import Conflict, Invalid

KIND = "clients.leaving"
LATE = timedelta(days=1)
Fate = Leaving.Fate


@transaction.atomic
def leave(
    *, actor: Actor, client: Client, fate: str, target: Client | None = None, exports: bool = False, name: str
) -> Leaving:
    """Begin it. target: where everything moves to, None for the workspace itself. exports: everything is written out
    first. name: the client's, as it was typed to confirm.

    Raises NotAllowed, PlanLacks, Invalid with a sentence for what was chosen wrong, Conflict where it is going already.
    """
    must_leave(actor)
    locked = Client.objects.select_for_update().get(pk=client.pk)
    if Leaving.objects.filter(client=locked).exists():
        raise Conflict(f"{locked} is going already.", code="already_leaving")
    if wrong := wrong_with(locked, fate=fate, target=target, name=name):
        raise Invalid(fields=wrong)
    has = owned(locked)
    title = f"Move what {locked} has" if fate == Fate.MOVE else f"Erase what {locked} has"
    run = runs.start(actor, kind=KIND, title=title, params={"client": locked.pk}, total=_total(has))
    leaving = Leaving.objects.create(
        workspace=actor.workspace, client=locked, fate=fate, target=target, exports=exports, run=run,
        owned=[[one.words, one.count] for one in has],
    )  # fmt: skip
    for part in parts():
        part.begin(leaving, actor)
    leaving.save(update_fields=["kept"])
    if locked.deleted_at is None:
        versions.write(locked, deleted_at=timezone.now())
    record(actor, EventType.CLIENT_DELETED, locked, client=locked.pk, fate=fate, to=target.pk if target else "")
    return leaving


def _total(has: Iterable[Owned]) -> int:
    """About how many rows there are to handle; what it came to in the end is written then."""
    return sum(one.count for one in has if one.fate == MOVES)


def must_leave(actor: Actor) -> None:
    must_have_clients(actor)
    actor.must_administer()
    actor.must_see_all()


def wrong_with(client: Client, *, fate: str, target: Client | None, name: str) -> dict[str, list[str]]:
    """A sentence for each that was chosen wrong; empty where it can begin."""
    wrong: dict[str, list[str]] = {}
    if fate not in Fate.values:
        wrong["fate"] = ["Choose what becomes of its data: move it, or erase it."]
    if target is not None and (
        target.pk == client.pk or target.deleted_at or target.workspace_id != client.workspace_id
    ):
        wrong["target"] = ["Choose another client that is still here, or the workspace itself."]
    if " ".join(name.split()).casefold() != " ".join(client.name.split()).casefold():
        wrong["name"] = [f"Type {client.name} to confirm."]
    return wrong


@runs.runner(KIND, to_its_end=True)
def _step(run: Run, actor: Actor) -> bool:
    leaving = (
        Leaving.objects.select_related("client", "target", "workspace").select_for_update(of=("self",)).get(run=run)
    )
    work = Work(leaving, run, _decided(actor))
    if leaving.exports and leaving.exported_at is None:
        exporting.step(work)
        return True
    if _some(work):
        return True
    return _ended(work)


def _decided(actor: Actor) -> Actor:
    """Whoever decided it, with the rights they had: the work ends as it began, whatever they may do by now."""
    return replace(actor, role=Role.ADMIN, clients=None, can_write=True)


def _some(work: Work) -> bool:
    """Let the first room that finds something do a step's worth of it."""
    for part in parts():
        verb: Callable[[Work], int] = part.move if work.leaving.fate == Fate.MOVE else part.erase
        if verb(work):
            return True
    return False


def _ended(work: Work) -> bool:
    """End it, unless something came in this very moment; returns whether there is more. With the client's row locked,
    nobody writes a row of it: whoever was about to has either committed, and is seen here, or waits."""
    client = Client.objects.select_for_update().get(pk=work.client_id)
    if _some(work):
        return True
    for part in parts():
        part.end(work)
    if work.leaving.fate == Fate.MOVE:  # the database lets the old sides go only where nothing stands on them
        Side.objects.filter(workspace=work.leaving.workspace_id, wall=client.pk).delete()
    else:
        versions.write(client, domain="", notes="")
    ClientAccess.objects.filter(client=client).delete()
    work.run.total = work.run.handled
    Leaving.objects.filter(pk=work.leaving.pk).update(ended_at=timezone.now())
    counts: dict[str, Any] = dict(work.leaving.owned)
    record(
        work.actor, EventType.CLIENT_EMPTIED, client, client=client.pk, fate=work.leaving.fate,
        to=work.target_id or "", counts=counts,
    )  # fmt: skip
    return False


def look_again() -> int:
    """Take whatever a request or a worker wrote for a client after it had gone, having read it before: returns how many
    steps that took. Looks at those that went within a day."""
    steps = 0
    for leaving in Leaving.objects.filter(ended_at__gt=timezone.now() - LATE).select_related("run__member"):
        steps += _late(leaving)
    return steps


@transaction.atomic
def _late(leaving: Leaving) -> int:
    run = Run.objects.select_related("workspace", "member").get(pk=leaving.run_id)
    work, steps = Work(leaving, run, _decided(person(run.member))), 0
    while _some(work):
        steps += 1
    Run.objects.filter(pk=run.pk).update(done_count=run.done_count, total=run.handled)
    return steps
