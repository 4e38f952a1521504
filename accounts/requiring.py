"""Who has a second step, and workspaces that let nobody in without one."""

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.expressions import Combinable

from accounts.models import Membership, User

SET_UP_FIRST = "This workspace asks everybody for a second step. Set yours up under Settings, Security, then try again."


def has_second_step() -> Exists:
    """Of rows with a `user`: whether that one has an authenticator app or a passkey. Recovery codes alone are none."""
    ways = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return Exists(ways)


def lacks_second_step() -> Combinable:
    """Of memberships: whether their workspace asks for a second step that the person does not have."""
    return ExpressionWrapper(Q(workspace__requires_second_step=True) & ~has_second_step(), BooleanField())


def has_one(user: User) -> bool:
    return Membership.objects.filter(has_second_step(), user=user).exists()
