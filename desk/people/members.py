"""What is done to the people of a workspace: their role, what they see, whether they are in it. By those who run it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import actors
from accounts.actors import Actor
from accounts.invitations import people_used
from accounts.models import Membership, Role, Workspace
from accounts.plans import must_have_room
from activity.log import record
from activity.models import Run
from activity.types import EventType
from clients.access import restrict
from clients.actions import must_have_clients
from clients.models import Client
from crm.errors import Conflict, Invalid, NotAllowed, NotFound
from desk.people.handing_over import Access, hand_over, successor


@transaction.atomic
def change_access(
    *, actor: Actor, member: Membership, role: str, client_ids: Collection[UUID] | None, to: UUID | None = None
) -> Run | None:
    """Give the member another role, or other clients (None: all of them). What they can keep no longer goes to the
    colleague `to`, else to nobody: at once, or as the run that is returned.

    Raises NotAllowed, Invalid, and Conflict where the workspace would be left without an owner.
    """
    actor, member = locked(actor, member)
    access = checked(actor, role, client_ids)
    _must_outrank(actor, member, access.role)
    if member.role == Role.OWNER and access.role != Role.OWNER:
        _must_have_another_owner(member)
    heir = successor(actor, member, to)
    if changed := _write(member, access):
        record(
            actor, EventType.MEMBER_CHANGED, member,
            name=str(member.user), role=member.role, changed_fields=changed,
        )  # fmt: skip
    return hand_over(actor=actor, member=member, to=heir)


@transaction.atomic
def end(*, actor: Actor, member: Membership, to: UUID | None = None) -> Run | None:
    """The member is in the workspace no more: every session of theirs meets a closed door from now on. Their work goes
    to the colleague `to`, else to nobody. Raises Conflict for the only owner."""
    actor, member = locked(actor, member)
    _must_outrank(actor, member, member.role)
    if not member.is_active:
        return None
    if member.role == Role.OWNER:
        _must_have_another_owner(member)
    heir = successor(actor, member, to)
    member.is_active = False
    member.save(update_fields=["is_active"])
    record(actor, EventType.MEMBER_LEFT, member, name=str(member.user), role=member.role)
    return hand_over(actor=actor, member=member, to=heir)


@transaction.atomic
def bring_back(*, actor: Actor, member: Membership) -> None:
    """Whoever left is in again, as what they were. Raises PlanLacks where there is no room for them."""
    actor, member = locked(actor, member)
    _must_outrank(actor, member, member.role)
    if member.is_active:
        return
    must_have_room(actor.workspace, "people", lambda: people_used(actor.workspace))
    return_to_work(actor, member)


def return_to_work(actor: Actor, member: Membership) -> None:
    """Whoever left is in again, in the caller's transaction."""
    member.is_active = True
    member.save(update_fields=["is_active"])
    record(actor, EventType.MEMBER_RETURNED, member, name=str(member.user), role=member.role)


def must_run_workspace(actor: Actor) -> None:
    """People are the business of people: of an owner or an admin who sees every client. No program may."""
    actor.must_administer()
    actor.must_see_all()
    if actor.kind not in ("person", "system"):
        raise NotAllowed("People are managed by an owner or an admin who is signed in.", code="admin_required")


def checked(actor: Actor, role: str, client_ids: Collection[UUID] | None) -> Access:
    """The access that is asked for, as it may be given: an owner sees everything, a client viewer only certain clients.
    Raises Invalid, and PlanLacks where the plan knows no clients."""
    if role not in Role.values:
        raise Invalid(fields={"role": [f"There is no such role. Choose one of: {', '.join(Role.labels)}."]})
    if client_ids is None:
        if role == Role.VIEWER:
            known = Client.objects.visible_to(actor).exists()
            words = "Choose the client that they may look at." if known else "Add a client first, under Clients."
            raise Invalid(fields={"clients": [words]})
        return Access(role)
    if role == Role.OWNER:
        raise Invalid(fields={"clients": ["An owner sees every client."]})
    must_have_clients(actor)
    there = frozenset(Client.objects.visible_to(actor).filter(pk__in=client_ids).values_list("pk", flat=True))
    if not there or len(there) != len(set(client_ids)):
        raise Invalid(fields={"clients": ["Choose at least one client, of those there are."]})
    return Access(role, there)


def must_outrank(actor: Actor, *roles: str) -> None:
    """Owners are made and changed by owners alone."""
    if Role.OWNER in roles and actor.role != Role.OWNER and actor.kind != "system":
        raise NotAllowed("Only an owner may make somebody an owner, or change one.", code="owner_required")


def _must_outrank(actor: Actor, member: Membership, role: str) -> None:
    must_outrank(actor, member.role, role)


def locked(actor: Actor, member: Membership) -> tuple[Actor, Membership]:
    """Both as they are now, and the workspace locked until the end of the transaction: of two who demote each other at
    once, the second finds that they are no owner any more."""
    actor = locked_alone(actor)
    found = Membership.objects.select_related("user", "workspace").filter(workspace=actor.workspace, pk=member.pk)
    row = found.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound("There is no such person in this workspace.")
    return actor, row


def locked_alone(actor: Actor) -> Actor:
    """The same of the actor, where nothing is done to a member."""
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    actor = _afresh(actor)
    must_run_workspace(actor)
    return actor


def _afresh(actor: Actor) -> Actor:
    if actor.membership is None:
        return actor
    now = Membership.objects.select_related("user", "workspace").filter(pk=actor.membership.pk, is_active=True).first()
    if now is None:
        raise NotAllowed("You are in this workspace no more.", code="admin_required")
    return actors.person(now)


def _must_have_another_owner(member: Membership) -> None:
    owners = Membership.objects.filter(
        workspace=member.workspace_id, role=Role.OWNER, all_clients=True, is_active=True, user__is_active=True
    )
    if not owners.exclude(pk=member.pk).exists():
        raise Conflict(f"{member.user} is the only owner. Make somebody else an owner first.", code="last_owner")


def _write(member: Membership, access: Access) -> list[str]:
    """The names of what changed, sorted."""
    changed: dict[str, Any] = {}
    if member.role != access.role:
        changed["role"] = access.role
    if _clients_of(member) != access.clients:
        changed["clients"] = access.clients
    if not changed:
        return []
    # Role and sight in one statement: a viewer who sees everything is refused by the database.
    Membership.objects.filter(pk=member.pk).update(role=access.role, all_clients=access.clients is None)
    member.role, member.all_clients = access.role, access.clients is None
    if "clients" in changed:
        grant(member, access)
    return sorted(changed)


def grant(member: Membership, access: Access) -> None:
    """Write which clients a member sees who does not see all; one who does has no need of rows."""
    if access.clients is None:
        member.client_access.all().delete()
    else:
        restrict(member=member, clients=Client.objects.filter(pk__in=access.clients))


def _clients_of(member: Membership) -> frozenset[UUID] | None:
    """Including those that were deleted since: choosing anew takes them away."""
    if member.all_clients:
        return None
    return frozenset(member.client_access.values_list("client_id", flat=True))
