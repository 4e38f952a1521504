"""Codes and passkeys, as django-allauth asks for them here."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import guessing
from accounts.guessing import CODES, CODES_IN_AN_HOUR, TooMany
from crm.sealing import CannotOpen, seal, sealed_again, unseal

# Longer than any code is valid: its own half minute and the ones before and after.
CODE_SECONDS = 150


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not correct, or it was used already. Wait for the next one and type that.",
        "cannot_generate_recovery_codes": "Turn on two-factor sign-in first, then make recovery codes.",
    }

    def encrypt(self, text: str) -> str:
        return seal({"secret": text})

    def decrypt(self, encrypted_text: str) -> str:
        return str(unseal(encrypted_text)["secret"])

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Parley"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        others = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {others + 1}" if others else "Passkey"


@transaction.atomic
def seal_again() -> int:
    """Seal every secret of the apps and of the recovery codes with the first key. Raises CannotOpen."""
    ways = Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN)
    for way in ways:
        way.data |= {name: sealed_again(way.data[name]) for name in ("secret", "seed") if name in way.data}
        way.save(update_fields=["data"])
    return len(ways)


class OneGuess(BaseAuthenticateForm):
    """A code from the app or a recovery code: a few wrong ones, and a right one once."""

    def clean_code(self) -> str:
        whose = str(self.user.pk)
        try:
            guess = guessing.guess((CODES, whose), (CODES_IN_AN_HOUR, whose))
        except TooMany as many:
            words = f"Too many wrong codes. {guessing.wait(many.seconds)}, then try again."
            raise ValidationError(words, code="too_many_login_attempts") from None
        code: str = super().clean_code()
        digits = "".join(character for character in code if character.isdigit())
        # allauth remembers a code for half a minute, and takes it for a minute and a half.
        if not cache.add(f"code-used:{whose}:{digits}", 1, timeout=CODE_SECONDS):
            raise SecondStepAdapter().validation_error("incorrect_code")
        guess.was_right()
        return code


class CodeForm(OneGuess, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(OneGuess, ReauthenticateForm):
    """Before what only the person themselves may change."""


class TurnOnForm(ActivateTOTPForm):
    """Keeps the new secret sealed in the session too, until the first code has shown that the app has it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret: str = _opened(self.secret) if self.is_bound else self.secret
        context.request.session[SECRET_SESSION_KEY] = seal({"secret": self.secret})


def _opened(kept: str) -> str:
    """The secret that the session kept; where it had none, the one that allauth made this moment."""
    try:
        return str(unseal(kept)["secret"])
    except CannotOpen:
        return kept
