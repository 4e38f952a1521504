"""What people change about how they sign in, in the log of each workspace they are in: for those who run it, without a
secret or an address. allauth tells of its own changes by signals, right after they are done."""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as second_step
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from accounts import addresses
from accounts.actors import person
from accounts.models import Membership, User
from activity import log
from activity.live import announce
from activity.live.notices import SIGNED_OUT
from activity.types import EventType

WAYS = {
    Authenticator.Type.TOTP: "an authenticator app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def listen() -> None:
    """Once, when the rooms are ready."""
    second_step.authenticator_added.connect(_turned_on)
    second_step.authenticator_removed.connect(_turned_off)
    for changed in (account.password_changed, account.password_set):
        changed.connect(_chose_password)
    account.password_reset.connect(_reset_password)
    user_logged_out.connect(_signed_out)


@transaction.atomic
def ended(user: User, end: Callable[[], int]) -> int:
    """End sessions and record it, where there were any. Returns how many."""
    count = end()
    if count:
        _record(user, EventType.SESSION_ENDED, count=count)
    return count


@transaction.atomic
def address_changed(token: str) -> User:
    """As `addresses.change`, recorded."""
    user = addresses.change(token=token)
    _record(user, EventType.ADDRESS_CHANGED)
    return user


def _turned_on(user: User, authenticator: Authenticator, **_: Any) -> None:
    _record(user, EventType.TWO_FACTOR_TURNED_ON, way=WAYS[authenticator.type])


def _turned_off(user: User, authenticator: Authenticator, **_: Any) -> None:
    _record(user, EventType.TWO_FACTOR_TURNED_OFF, way=WAYS[authenticator.type])


def _chose_password(user: User, **_: Any) -> None:
    _record(user, EventType.PASSWORD_CHANGED, by_link=False)


def _reset_password(user: User, **_: Any) -> None:
    _record(user, EventType.PASSWORD_CHANGED, by_link=True)


@transaction.atomic
def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Live streams that are open with this session end. It goes in the same moment: one that comes back meets a closed
    door."""
    key = request.session.session_key
    if user is None or key is None:
        return
    Session.objects.filter(session_key=key).delete()
    for member in Membership.objects.filter(user=user, is_active=True).order_by("pk"):
        announce(member.workspace_id, None, type=SIGNED_OUT, subject="member", id=member.pk)


@transaction.atomic
def _record(user: User, type: EventType, **payload: Any) -> None:
    members = Membership.objects.filter(user=user, is_active=True).select_related("workspace", "user")
    for member in members.order_by("pk"):
        log.record(person(member), type, member, name=str(user), **payload)
