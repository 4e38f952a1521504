"""Asking somebody to join: by mail, with a link that lasts a week. By those who run the workspace."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.invitations import LASTS, people_used
from accounts.models import Invitation, Letter, Membership, Workspace
from accounts.plans import must_have_room
from activity.log import record
from activity.types import EventType
from crm.errors import Conflict, Invalid
from crm.nudge import nudge
from desk.people.members import checked, must_outrank, must_run_workspace

# What a workspace may send to people who have not asked for it.
LETTERS_AN_HOUR = 100
SENT_EVERY = timedelta(minutes=2)


@transaction.atomic
def invite(*, actor: Actor, email: str, role: str, client_ids: Collection[UUID] | None) -> Invitation:
    """Ask the person with this address to join as `role`, seeing these clients (None: all of them). A worker sends the
    mail after the commit.

    Raises Invalid, NotAllowed, PlanLacks where there is no room for another person, Conflict where they are in or were
    asked already. Whether anybody at all has this address in Parley makes no difference.
    """
    must_run_workspace(actor)
    email = _address(email)
    access = checked(actor, role, client_ids)
    must_outrank(actor, access.role)
    must_have_room(actor.workspace, "people", lambda: people_used(actor.workspace))
    _must_be_new(actor, email)
    _must_not_flood(actor.workspace)
    invitation = Invitation.objects.create(
        workspace=actor.workspace, email=email, role=access.role, all_clients=access.clients is None,
        client_ids=sorted(access.clients or []), invited_by=_inviter(actor), expires_at=timezone.now() + LASTS,
    )  # fmt: skip
    _send(actor, invitation, again=False)
    return invitation


@transaction.atomic
def send_again(*, actor: Actor, invitation: Invitation) -> None:
    """Another mail, and another week from now. Raises Conflict where it was answered, or sent a moment ago."""
    must_run_workspace(actor)
    must_outrank(actor, invitation.role)
    invitation = _locked(actor, invitation)
    if invitation.has_expired:
        must_have_room(actor.workspace, "people", lambda: people_used(actor.workspace))
    if invitation.letters.filter(created_at__gt=timezone.now() - SENT_EVERY).exists():
        raise Conflict("It was sent a moment ago. Wait two minutes before you send it again.", code="sent_just_now")
    _must_not_flood(actor.workspace)
    invitation.expires_at = timezone.now() + LASTS
    invitation.save(update_fields=["expires_at"])
    _send(actor, invitation, again=True)


@transaction.atomic
def withdraw(*, actor: Actor, invitation: Invitation) -> None:
    """Its links lead nowhere from now on. Raises Conflict where it was accepted."""
    must_run_workspace(actor)
    must_outrank(actor, invitation.role)
    invitation = _locked(actor, invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(actor, EventType.INVITATION_WITHDRAWN, invitation, role=invitation.role)


def _locked(actor: Actor, invitation: Invitation) -> Invitation:
    """Unanswered, and locked: after the workspace, as everything that changes its people."""
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    found = Invitation.objects.select_for_update(no_key=True).unanswered().filter(pk=invitation.pk).first()
    if found is None:
        raise Conflict("This invitation was accepted or withdrawn already.", code="already_answered")
    return found


def _send(actor: Actor, invitation: Invitation, *, again: bool) -> None:
    Letter.objects.create(
        workspace=actor.workspace, invitation=invitation, kind=Letter.Kind.INVITATION, to=invitation.email,
        due_at=timezone.now(),
    )  # fmt: skip
    record(actor, EventType.INVITATION_SENT, invitation, role=invitation.role, again=again)
    nudge("desk.tasks.send_letters")


def _inviter(actor: Actor) -> Membership:
    if actor.membership is None:
        raise Invalid("An invitation is sent by a person.")
    return actor.membership


def _address(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(fields={"email": ["This is no e-mail address. It looks like name@example.com."]}) from None
    return email


def _must_be_new(actor: Actor, email: str) -> None:
    """Called with the workspace locked, so that of two who ask the same person at once one is told."""
    if Membership.objects.filter(workspace=actor.workspace, user__email__iexact=email, is_active=True).exists():
        raise Conflict(f"{email} is in this workspace already.", code="already_exists")
    if Invitation.objects.filter(workspace=actor.workspace, email__iexact=email).unanswered().exists():
        raise Conflict(
            f"{email} was invited already: send that invitation again, or withdraw it first.", code="already_invited"
        )


def _must_not_flood(workspace: Workspace) -> None:
    sent = Letter.objects.filter(workspace=workspace, kind=Letter.Kind.INVITATION)
    recent = sent.filter(created_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= LETTERS_AN_HOUR:
        raise Conflict("Many invitations were sent in the last hour. Wait a while before you send more.", code="busy")
