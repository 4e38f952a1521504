"""Secrets that must be read again (a vendor's API key, a mailbox's password), encrypted at rest.

Fernet with rotation: the first key of `PARLEY_CREDENTIALS_KEYS` seals, every one opens. `manage.py rotate_credentials`
seals all again with the first, after which the others can go.
"""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Sealed(dict[str, Any]):
    """Secrets by name, as they are. Shows none of them, wherever it is printed."""

    def __repr__(self) -> str:
        return f"<sealed: {', '.join(sorted(self)) or 'nothing'}>"

    __str__ = __repr__


class CannotOpen(Exception):
    """None of the keys opens it."""

    def __init__(self) -> None:
        super().__init__(
            "The stored credentials cannot be read: the key they were sealed with is not in PARLEY_CREDENTIALS_KEYS."
        )


def seal(secrets: dict[str, Any]) -> str:
    return _keys().encrypt(json.dumps(secrets).encode()).decode()


def unseal(token: str) -> Sealed:
    """Raises CannotOpen."""
    if not token:
        return Sealed()
    try:
        return Sealed(json.loads(_keys().decrypt(token.encode())))
    except InvalidToken:
        raise CannotOpen from None


def sealed_again(token: str) -> str:
    """The same secrets, sealed with the first key now. Raises CannotOpen."""
    try:
        return _keys().rotate(token.encode()).decode() if token else token
    except InvalidToken:
        raise CannotOpen from None


def new_key() -> str:
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    try:
        Fernet(text.encode())
    except ValueError:
        return False
    return True


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])
