"""Opening a workspace and letting people in."""

from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from phonenumbers import SUPPORTED_REGIONS

from accounts.models import Membership, Role, User, Workspace
from accounts.plans import Plan
from crm.errors import Conflict, Invalid
from crm.money import is_currency


@transaction.atomic
def create_workspace(
    *, name: str, slug: str, plan: str = Plan.FREE, currency: str = "EUR", time_zone: str = "UTC", region: str = "US"
) -> Workspace:
    """A new, empty workspace. Raises Conflict where the slug is taken."""
    if not is_currency(currency):
        raise Invalid(fields={"currency": [f"“{currency}” is no ISO 4217 currency code, such as EUR."]})
    if time_zone not in available_timezones():
        raise Invalid(fields={"time_zone": [f"“{time_zone}” is no time zone, such as Europe/Berlin."]})
    if region not in SUPPORTED_REGIONS:
        raise Invalid(fields={"region": [f"“{region}” is no country code of two letters, such as DE."]})
    workspace = Workspace(
        name=name.strip(), slug=slug, plan=plan, currency=currency, time_zone=time_zone, region=region
    )
    try:
        workspace.clean_fields()
        with transaction.atomic():
            workspace.save(force_insert=True)
    except ValidationError as error:
        raise Invalid(fields=error.message_dict) from None
    except IntegrityError:
        raise Conflict(f"There is a workspace “{slug}” already.", code="already_exists") from None
    return workspace


@transaction.atomic
def join(
    *, workspace: Workspace, email: str, name: str, role: str = Role.AGENT, password: str | None = None
) -> Membership:
    """Make a person with this address a member, and a user where they are none yet. A given password is set only for a
    new user. A viewer sees no client until `clients.access.grant` names one."""
    _check(validate_email, email, "email")
    if role not in Role.values:
        raise Invalid(fields={"role": [f"“{role}” is no role. Use one of: {', '.join(Role.values)}."]})
    user = User.objects.filter(email__iexact=email).first() or _new_user(email, name, password)
    try:
        with transaction.atomic():
            return Membership.objects.create(
                workspace=workspace, user=user, role=role, all_clients=role != Role.VIEWER
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(f"{email} is a member of {workspace} already.", code="already_exists") from None


@transaction.atomic
def change_profile(*, user: User, name: str, time_zone: str, single_keys: bool) -> User:
    """What a person says about themselves. time_zone: empty for the workspace's."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise Invalid(fields={"name": ["Give your name, in at most 200 characters."]})
    if time_zone and time_zone not in available_timezones():
        raise Invalid(fields={"time_zone": [f"“{time_zone}” is no time zone, such as Europe/Berlin."]})
    user.name, user.time_zone, user.single_keys = name, time_zone, single_keys
    user.save(update_fields=["name", "time_zone", "single_keys"])
    return user


def _new_user(email: str, name: str, password: str | None) -> User:
    if password is not None:
        _check(validate_password, password, "password")
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError:  # made by somebody else at the same moment
        return User.objects.get(email__iexact=email)


def _check(validator: object, value: str, field: str) -> None:
    try:
        validator(value)  # type: ignore[operator]
    except ValidationError as error:
        raise Invalid(fields={field: list(error.messages)}) from None
