"""Where a person is signed in, and which membership they act with there."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import Membership, User
from accounts.rates import address_of
from accounts.requiring import lacks_second_step

WORKSPACE = "workspace"  # in the session: the id of the workspace that the person chose, as text
SIGNED_IN = "account_authentication_methods"  # in the session: how they signed in, as allauth keeps it

# How exactly it is known when a session was last used; more would write to the database at every request.
NOTED_EVERY = 300
MOST_REMEMBERED = 10_000


def membership_of(user: User, session: SessionBase) -> Membership | None:
    """The active membership in the chosen workspace; where none was chosen, the person's first; `is_elsewhere_too` says
    whether they are in another one as well, `lacks_second_step` whether this one asks for a step they have not. One
    query.

    None where the person has been shut out of the workspace they chose: nothing is done in another one instead.
    """
    rows = Membership.objects.select_related("workspace", "user").filter(
        user=user, is_active=True, user__is_active=True
    )
    chosen = session.get(WORKSPACE)
    if chosen:
        rows = rows.filter(workspace_id=chosen)
    others = Membership.objects.filter(user=user, is_active=True).exclude(workspace=OuterRef("workspace"))
    known = {"is_elsewhere_too": Exists(others), "lacks_second_step": lacks_second_step()}
    return rows.annotate(**known).order_by("created_at", "id").first()


def sessions_of(user: AbstractBaseUser) -> QuerySet[UserSession]:
    """Where they are signed in, the last used first. One query."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows: QuerySet[UserSession] = UserSession.objects.filter(user_id=user.pk, session_key__in=alive)
    return rows.order_by("-last_seen_at", "-pk")


def end(ended: QuerySet[UserSession]) -> int:
    """Whoever comes with one of them is asked to sign in, from their next request on. Returns how many were open."""
    keys = list(ended.values_list("session_key", flat=True))
    count, _ = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return count


def end_others(user: AbstractBaseUser, kept: str | None) -> int:
    """End every session of theirs but the one with the key `kept`."""
    return end(UserSession.objects.filter(user_id=user.pk).exclude(session_key=kept or ""))


def is_open(key: str | None) -> bool:
    """Whether the session with this key still lets somebody in."""
    return Session.objects.filter(session_key=key or "", expire_date__gt=timezone.now()).exists()


def still_lets_in(actor: Actor, key: str | None) -> bool:
    """Whether this session, and what its person may see, are as they were when the actor was made. Three queries."""
    if actor.membership is None:
        return False
    known = {"lacks_second_step": lacks_second_step()}
    rows = Membership.objects.select_related("workspace", "user").annotate(**known)
    found = rows.filter(pk=actor.membership.pk, is_active=True, user__is_active=True).first()
    if found is None or found.lacks_second_step or not is_open(key):
        return False
    now = person(found)
    return (now.role, now.clients) == (actor.role, actor.clients)


class SessionsNoted:
    """Middleware: writes down when and from where a session was last used, at most every five minutes a process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.noted: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        key = request.session.session_key
        # Only where the session was read anyway, and somebody signed in with it.
        if key and request.session.accessed and SIGNED_IN in request.session and self._is_time(key):
            address = address_of(request)
            fields = {"last_seen_at": timezone.now(), **({"ip": address} if address else {})}
            UserSession.objects.filter(session_key=key).update(**fields)
        return response

    def _is_time(self, key: str) -> bool:
        now = time.monotonic()
        if now - self.noted.get(key, -NOTED_EVERY) < NOTED_EVERY:
            return False
        if len(self.noted) >= MOST_REMEMBERED:
            self.noted.clear()
        self.noted[key] = now
        return True
