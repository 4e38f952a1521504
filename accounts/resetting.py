"""A forgotten password: a link by mail that works once, for an hour."""

from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts import guessing, mail
from accounts.guessing import Limit, TooMany
from accounts.models import User
from accounts.rates import network_of
from crm.nudge import nudge

FROM_NETWORK = Limit("resets-network", 20, 900)
OF_ADDRESS = Limit("resets", 3, 900)


class ResetForm(ResetPasswordForm):
    """Answers alike, and as fast, whether somebody here has the address: a worker looks who it is."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        try:
            guessing.guess((FROM_NETWORK, network_of(context.request)), (OF_ADDRESS, email))
        except TooMany as many:
            words = f"Many links were asked for. {guessing.wait(many.seconds)}, then try again."
            raise ValidationError(words, code="too_many") from None
        return email

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        email: str = self.cleaned_data["email"]
        nudge("accounts.tasks.send_reset", email)
        return email


def send_link(email: str) -> None:
    """To whoever signs in with this address; to nobody where nobody does. The link stands on the public address of this
    installation, whatever host the request named."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    route = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    words = {"user": user, "link": settings.PUBLIC_URL + route, "site": settings.PUBLIC_URL}
    subject, body = mail.written("account/email/password_reset_key", words)
    mail.send(to=user.email, subject=subject, body=body)
