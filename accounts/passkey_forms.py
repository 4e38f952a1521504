"""allauth's forms of passkeys, where what a browser sends may be anything at all."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError

NOT_ACCEPTED = "The passkey was not accepted. Try again, or use another way."
# What fido2 raises of bytes that are no credential, and of a signature that is not the key's; allauth expects the first
# two of them.
UNREADABLE = (
    TypeError, ValueError, KeyError, IndexError, AttributeError, struct.error, InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip
LONGEST_NAME = 60


@contextmanager
def hostile() -> Iterator[None]:
    try:
        yield
    except UNREADABLE:
        raise ValidationError(NOT_ACCEPTED, code="incorrect_code") from None


class AddForm(AddWebAuthnForm):
    name = forms.CharField(required=False, max_length=LONGEST_NAME)

    def clean(self) -> dict[str, Any]:
        with hostile():
            cleaned: dict[str, Any] = super().clean()
            return cleaned


class _Used(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with hostile():
            return super().clean_credential()


class SignInForm(_Used, LoginWebAuthnForm):
    """Instead of the password."""


class SecondStepForm(_Used):
    """After the password."""


class AgainForm(_Used, ReauthenticateWebAuthnForm):
    """Before what only the person themselves may change."""
