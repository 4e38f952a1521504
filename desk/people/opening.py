"""Opening a workspace from outside: by whoever can read mail at their address, where the installation lets them."""

from datetime import timedelta
from secrets import token_hex

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import actors
from accounts.models import Letter, Membership, Role, User, Workspace
from accounts.people import create_workspace
from activity.log import record
from activity.types import EventType
from crm.errors import Conflict, Invalid, NotAllowed, NotFound
from crm.nudge import nudge
from crm.transactions import advisory_lock
from deals.stages import lay_out
from desk.people.joining import new_user
from desk.people.letters import SIGN_UP

LASTS = timedelta(days=1)
# Mails to one address that has not asked for the third one, perhaps.
LETTERS_AN_HOUR = 3
# Workspaces that one person owns; more is somebody who fills the machine.
MOST_OWNED = 10
CLOSED = "Workspaces are opened by whoever runs this installation. Ask them, or ask a colleague to invite you."
LONGEST_SLUG = 50


def must_be_open() -> None:
    """Raise NotAllowed where this installation lets nobody sign up (PARLEY_SIGNUP)."""
    if not settings.SIGNUP:
        raise NotAllowed(CLOSED, code="sign_up_closed")


@transaction.atomic
def ask(*, email: str) -> None:
    """Have the link mailed with which a workspace is opened. The same for every address, whether it is known here or
    not: only who reads its mail learns more. Raises Invalid for what is no address."""
    must_be_open()
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(fields={"email": ["This is no e-mail address. It looks like name@example.com."]}) from None
    advisory_lock(f"people.sign_up {email}")
    recent = Letter.objects.filter(
        kind=Letter.Kind.SIGN_UP, to=email, created_at__gt=timezone.now() - timedelta(hours=1)
    )
    if recent.count() < LETTERS_AN_HOUR:
        Letter.objects.create(kind=Letter.Kind.SIGN_UP, to=email, due_at=timezone.now())
        nudge("desk.tasks.send_letters")


def address_of(token: str) -> str:
    """The address that a mailed link was sent to. Raises NotFound for a link of nothing, Conflict for one that is good
    no more."""
    must_be_open()
    try:
        email = str(signing.loads(token, salt=SIGN_UP, max_age=LASTS))
    except signing.SignatureExpired:
        raise Conflict("This link was good for a day. Ask for another one.", code="link_expired") from None
    except signing.BadSignature:
        raise NotFound(
            "This link leads nowhere. Look whether it is whole: it may have been cut where the mail broke the line."
        ) from None
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(
            "There is an account with this address already. Sign in: more workspaces are opened from the menu with "
            "your name.", code="already_exists",
        )  # fmt: skip
    return email


@transaction.atomic
def open_with(*, token: str, name: str, password: str, **about: str) -> Membership:
    """The user, their workspace and their ownership of it: all of it, or nothing. about: as `open_workspace` has it."""
    email = address_of(token)
    user = new_user(email=email, name=name, password=password)
    return open_workspace(owner=user, **about)


@transaction.atomic
def open_workspace(*, owner: User, workspace_name: str, currency: str, time_zone: str, region: str) -> Membership:
    """A workspace on the plan Free, with its stages, owned by this person. Raises Invalid, and Conflict where they own
    a good many already."""
    must_be_open()
    advisory_lock(f"people.open {owner.pk}")
    if Membership.objects.filter(user=owner, role=Role.OWNER, is_active=True).count() >= MOST_OWNED:
        raise Conflict(f"You own {MOST_OWNED} workspaces already. Delete one you do not need.", code="too_many")
    name = " ".join(workspace_name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid(fields={"workspace_name": ["Name the workspace, in at most 200 characters."]})
    workspace = _made(name, currency=currency, time_zone=time_zone, region=region)
    lay_out(workspace)
    member = Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    record(actors.person(member), EventType.WORKSPACE_CREATED, workspace)
    return member


def _made(name: str, **about: str) -> Workspace:
    """With a slug of its name, and four letters more where that is taken."""
    base = slugify(name)[:LONGEST_SLUG] or "workspace"
    try:
        return create_workspace(name=name, slug=base, **about)
    except Conflict:
        return create_workspace(name=name, slug=f"{base}-{token_hex(3)}", **about)
