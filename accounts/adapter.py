"""How django-allauth behaves here: people sign in; a workspace is opened by invitation or by the operator, not from
outside."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts import guessing, mail, sessions
from accounts.guessing import FROM_HERE, FROM_NETWORK, OF_ACCOUNT, TooMany
from accounts.rates import address_of, network_of

logger = structlog.get_logger(__name__)

# What the database's column for addresses takes where nobody can tell.
NOWHERE = "0.0.0.0"  # noqa: S104 - it is shown, not listened on


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not correct.",
        "enter_current_password": "This is not your present password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Instead of allauth's own count, which any three hundred other entries of the cache would push out."""
        try:
            self._guess = guessing.guess(*_limits(request, credentials))
        except TooMany as many:
            logger.warning("sign_in_stopped", network=network_of(request), seconds=many.seconds)
            words = f"Too many wrong passwords. {guessing.wait(many.seconds)}, then try again."
            raise ValidationError(words, code="too_many_login_attempts") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            self._guess.was_right()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Without the address: whoever reads the log must not learn who is here, nor what was mistyped into it."""
        logger.warning("sign_in_failed", network=network_of(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Whoever else is signed in as this person is not any more."""
        super().set_password(user, password)
        sessions.end_others(user, self.request.session.session_key)
        guessing.forgive(*_limits(self.request, {"email": user.get_username()})[1:])

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or NOWHERE

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """After the request, by a worker: no page waits for a mail server."""
        subject, body = mail.written(template_prefix, {**context, "email": email, "site": settings.PUBLIC_URL})
        mail.post(to=email, subject=subject, body=body)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")


def _limits(request: HttpRequest, credentials: dict[str, Any]) -> list[tuple[guessing.Limit, str]]:
    """The same for an address that nobody has: how soon one is stopped does not tell it from another."""
    network, account = network_of(request), str(credentials.get("email", "")).strip().lower()
    return [(FROM_NETWORK, network), (FROM_HERE, f"{account} {network}"), (OF_ACCOUNT, account)]
