"""Which plan a workspace is on: what is used of it, and changing to another."""

from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Role, Workspace
from accounts.plans import COUNTED, USED, Plan, Room, allowance, room
from activity.log import record
from activity.types import EventType
from clients.models import Client
from crm import versions
from crm.errors import Conflict, Invalid, NotAllowed


@dataclass(frozen=True)
class Usage:
    """rooms: of everything that a plan counts. clients: how many there are, where the plan knows clients or not."""

    rooms: dict[str, Room]
    clients: int


def usage(workspace: Workspace) -> Usage:
    """One query for each thing that is counted, however much there is of it."""
    used = {what: USED[what](workspace) if what in USED else 0 for what in COUNTED}
    clients = Client.objects.filter(workspace=workspace, deleted_at=None).count()
    return Usage({what: room(workspace, what, number) for what, number in used.items()}, clients)


@transaction.atomic
def change_plan(*, actor: Actor, plan: str) -> Workspace:
    """Put the actor's workspace on `plan`, from this moment on. Only an owner may. Raises Conflict where more is used
    than the plan allows; nothing is taken away by itself."""
    actor.must_administer()
    if actor.role != Role.OWNER:
        raise NotAllowed("Only an owner of the workspace may change its plan.", code="owner_required")
    if plan not in Plan.values:
        raise Invalid(fields={"plan": [f"There is no such plan. Choose one of: {', '.join(Plan.labels)}."]})
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    if too_much := over(workspace, Plan(plan)):
        raise Conflict(f"{Plan(plan).label} has less room than you use: {'; '.join(too_much)}.", code="plan_too_small")
    previous = workspace.plan
    if versions.write(workspace, plan=plan):
        record(actor, EventType.WORKSPACE_PLAN_CHANGED, workspace, plan=plan, previous=previous)
    return workspace


def over(workspace: Workspace, plan: Plan) -> list[str]:
    """What the workspace has more of than `plan` allows, each with what to do about it."""
    found, allowed = usage(workspace), allowance(plan)
    rooms = [Room(what, one.used, allowed.limit(what)) for what, one in found.rooms.items()]
    too_much = [
        f"{one.used:,} {COUNTED[one.what][1]} of {one.limit:,} (take {one.used - (one.limit or 0):,} away)"
        for one in rooms
        if one.is_over
    ]
    if found.clients and not allowed.clients:
        too_much.append(f"{found.clients:,} {'client' if found.clients == 1 else 'clients'}, which it does not know")
    return too_much
