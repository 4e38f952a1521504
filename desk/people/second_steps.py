"""A workspace that asks everybody for a second step, and the way back in for whoever lost theirs."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import mail, sessions
from accounts.actors import Actor
from accounts.models import Membership, Role, User, Workspace
from accounts.requiring import has_one, has_second_step
from activity.log import record
from activity.types import EventType
from crm import versions
from crm.errors import Conflict, Invalid, NotAllowed
from desk.people.members import locked, locked_alone


@transaction.atomic
def require(*, actor: Actor, required: bool) -> None:
    """From now on pages let in only who has a second step, or everybody again; API keys work as before. Raises Invalid
    for who would shut themselves out."""
    actor = locked_alone(actor)
    workspace = Workspace.objects.get(pk=actor.workspace.pk)
    if required and actor.membership is not None and not has_one(actor.membership.user):
        raise Invalid("Turn on your own second step first, under Security: you would be the first to be asked for it.")
    if versions.write(workspace, requires_second_step=required):
        record(actor, EventType.TWO_FACTOR_REQUIRED, workspace, required=required)


def without(workspace: Workspace) -> "QuerySet[Membership]":
    """Who has no second step, by name."""
    rows = Membership.objects.filter(workspace=workspace, is_active=True, user__is_active=True)
    return rows.exclude(has_second_step()).select_related("user").order_by(Lower("user__name"), "pk")


@transaction.atomic
def reset(*, actor: Actor, member: Membership) -> None:
    """The member signs in with the password alone once more, after every session of theirs ended, and is told by mail.
    By an owner. Raises NotAllowed where the account belongs to other workspaces too: theirs to guard as well."""
    actor, member = locked(actor, member)
    if actor.role != Role.OWNER:
        raise NotAllowed("Only an owner may reset somebody's second step.", code="owner_required")
    if member.pk == actor.id:
        raise Invalid("Your own second step stands under Security.")
    if not member.is_active:
        raise Conflict(f"{member.user} is in this workspace no more.", code="not_in")
    if not has_one(member.user):
        raise Conflict(f"{member.user} has no second step.", code="no_second_step")
    if Membership.objects.filter(user=member.user, is_active=True).exclude(pk=member.pk).exists():
        # Where else they work is no business of an owner's.
        words = "This one is not an owner's to reset. Whoever runs this installation can: manage.py reset_second_step."
        raise NotAllowed(words, code="elsewhere_too")
    take_away(member.user)
    note_reset(actor, member)


def take_away(user: User) -> bool:
    """Whether there was one. Every session of theirs ends."""
    had_one = has_one(user)
    Authenticator.objects.filter(user=user).delete()
    sessions.end_others(user, None)
    return had_one


def note_reset(actor: Actor, member: Membership, *, by_mail: bool = True) -> None:
    """In the log of their workspace, and by mail to them: an owner did it, or who runs the installation."""
    record(actor, EventType.TWO_FACTOR_RESET, member, name=str(member.user))
    if not by_mail:
        return
    text = render_to_string("desk/people/mail/second_step_reset.txt", {
        "by": " ".join(actor.name.split())[:100] if actor.kind == "person" else "",
        "workspace": " ".join(member.workspace.name.split())[:100],
        "security": f"{settings.PUBLIC_URL}{reverse('security')}",
    })  # fmt: skip
    mail.tell(member, subject="Your second step at Parley was reset", body=text)
