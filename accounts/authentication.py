"""Who is asking: a program with its key, or a person with the session of the pages. Both come out as an `Actor`."""

from django.http import HttpRequest
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import actors, keys, rates
from accounts.actors import Actor
from accounts.models import User
from accounts.requiring import SET_UP_FIRST
from accounts.sessions import membership_of

REFUSED = "Invalid or missing API key. Use: Authorization: Bearer msk_..."  # MisarMail's own words


class ApiKeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, Actor] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, secret = header.partition(" ")
        key = keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            rates.charge_unknown(request)
            raise AuthenticationFailed(REFUSED)
        keys.note_use(key)
        actor = actors.program(key)
        request.actor = actor  # type: ignore[attr-defined]
        return None, actor

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The pages' own session. A request that changes something must carry the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        django_request: HttpRequest = request._request  # noqa: SLF001 - DRF offers no other way
        user = getattr(django_request, "user", None)
        if not isinstance(user, User):
            return None
        membership = membership_of(user, django_request.session)
        if membership is None:
            rates.charge_unknown(request)
            raise AuthenticationFailed(REFUSED)
        if membership.lacks_second_step:
            raise PermissionDenied(SET_UP_FIRST, code="second_step_required")
        self.enforce_csrf(request)
        actor = actors.person(membership)
        request.actor = actor  # type: ignore[attr-defined]
        return user, actor

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise PermissionDenied(
                "The CSRF token is missing or wrong: send it as X-CSRFToken, or use an API key.", code="csrf_failed"
            ) from None
