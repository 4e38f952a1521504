"""Opening a workspace and letting people in."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import IntegrityError, transaction

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
    _check(validate_slug, slug, "slug")
    try:
        with transaction.atomic():
            return Workspace.objects.create(
                name=name, slug=slug, plan=plan, currency=currency, time_zone=time_zone, region=region
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(f"There is a workspace “{slug}” already.", code="already_exists") from None


@transaction.atomic
def join(
    *, workspace: Workspace, email: str, name: str, role: str = Role.AGENT, password: str | None = None
) -> Membership:
    """Make a person with this address a member, and a user where they are none yet. A given password is set only for a
    new user. A viewer sees no client until `clients.access.grant` names one."""
    _check(validate_email, email, "email")
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        if password is not None:
            _check(validate_password, password, "password")
        user = User.objects.create_user(email, password, name=name)
    try:
        with transaction.atomic():
            return Membership.objects.create(
                workspace=workspace, user=user, role=role, all_clients=role != Role.VIEWER
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(f"{email} is a member of {workspace} already.", code="already_exists") from None


def _check(validator: object, value: str, field: str) -> None:
    try:
        validator(value)  # type: ignore[operator]
    except ValidationError as error:
        raise Invalid(fields={field: list(error.messages)}) from None
