"""Coming in by an invitation: what its link leads to, and the membership that is made of it, once."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import actors
from accounts.invitations import led_to_by
from accounts.models import Invitation, Membership, User, Workspace
from activity.log import record
from activity.types import EventType
from clients.models import Client
from crm.errors import Conflict, Invalid, NotAllowed, NotFound
from desk.people.handing_over import Access
from desk.people.members import grant, return_to_work

NOWHERE = "This link leads nowhere. Look whether it is whole: it may have been cut where the mail broke the line."
GONE = {
    "accepted": "This invitation was accepted already. Sign in to get to the workspace.",
    "withdrawn": "This invitation was withdrawn. Ask whoever invited you for a new one.",
    "expired": "This invitation has expired: it was good for seven days. Ask whoever invited you to send it again.",
    "emptied": "What this invitation was for is not there any more. Ask whoever invited you for a new one.",
}


@dataclass(frozen=True)
class Asked:
    """An open invitation. user: whoever has its address in Parley already."""

    invitation: Invitation
    user: User | None


def asked_by(token: str) -> Asked:
    """The open invitation that a mailed link leads to. Raises NotFound for a link of nothing, Conflict for one that is
    good no more, with the sentence that says why."""
    invitation = led_to_by(token)
    if invitation is None:
        raise NotFound(NOWHERE)
    _must_be_open(invitation)
    return Asked(invitation, User.objects.filter(email__iexact=invitation.email).first())


@transaction.atomic
def accept_as_new(*, token: str, name: str, password: str) -> Membership:
    """Make the user and the membership. The link came by mail, so the address is theirs. Raises Conflict where somebody
    has an account with it by now, or the invitation is good no more."""
    invitation = _locked(token)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Conflict("You have an account already: sign in with it to join.", code="already_exists")
    user = new_user(email=invitation.email, name=name, password=password)
    return _join(invitation, user)


@transaction.atomic
def accept_as(*, token: str, user: User) -> Membership:
    """The signed-in person joins. Raises NotAllowed where the invitation went to another address."""
    invitation = _locked(token)
    if user.email.lower() != invitation.email.lower():
        raise NotAllowed(wrong_person(user), code="other_address")
    return _join(invitation, user)


def wrong_person(user: User) -> str:
    return f"This invitation went to another address than {user.email}, which you are signed in with."


def new_user(*, email: str, name: str, password: str) -> User:
    """A person who will sign in with this password, at an address that is known to be theirs. Raises Invalid with what
    is wrong with the name or the password, and Conflict where somebody has the address by now."""
    name = " ".join(name.split())
    user = User(email=email, name=name)
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 200:
        wrong["name"] = ["Give your name, in at most 200 characters."]
    try:
        validate_password(password, user)
    except ValidationError as error:
        wrong["password"] = list(error.messages)
    if wrong:
        raise Invalid(fields=wrong)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError:
        raise Conflict("You have an account already: sign in with it.", code="already_exists") from None


def _locked(token: str) -> Invitation:
    """Open, and locked: of two who accept at once, the second finds it accepted."""
    found = led_to_by(token)
    if found is None:
        raise NotFound(NOWHERE)
    Workspace.objects.select_for_update(no_key=True).get(pk=found.workspace_id)
    invitation = (
        Invitation.objects.select_related("workspace").select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
    )
    _must_be_open(invitation)
    return invitation


def _must_be_open(invitation: Invitation) -> None:
    why = None
    if invitation.accepted_at:
        why = "accepted"
    elif invitation.withdrawn_at:
        why = "withdrawn"
    elif invitation.has_expired:
        why = "expired"
    elif not invitation.all_clients and not _clients(invitation):
        why = "emptied"
    if why:
        raise Conflict(GONE[why], code=f"invitation_{why}")


def _clients(invitation: Invitation) -> frozenset[UUID]:
    """Those it names that are still there."""
    rows = Client.objects.filter(workspace=invitation.workspace_id, deleted_at=None, pk__in=invitation.client_ids)
    return frozenset(rows.values_list("pk", flat=True))


def _join(invitation: Invitation, user: User) -> Membership:
    access = Access(invitation.role, None if invitation.all_clients else _clients(invitation))
    member = Membership.objects.filter(workspace=invitation.workspace_id, user=user).first()
    if member is None:
        member = Membership.objects.create(
            workspace=invitation.workspace, user=user, role=access.role, all_clients=access.clients is None
        )
        grant(member, access)
        record(actors.person(member), EventType.MEMBER_JOINED, member, name=str(user), role=member.role)
    elif not member.is_active:
        _come_back(member, access)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return member


def _come_back(member: Membership, access: Access) -> None:
    """With what they are invited to, not with what they were."""
    Membership.objects.filter(pk=member.pk).update(role=access.role, all_clients=access.clients is None)
    member.role, member.all_clients = access.role, access.clients is None
    grant(member, access)
    return_to_work(actors.person(member), member)
