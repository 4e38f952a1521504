"""Words of the other side, on their way to people: they may quote a secret of ours back."""

from typing import Any

from crm.sealing import CannotOpen
from integrations.models import Connection

DOTS = "••••••"
SHORTEST = 6


def concealed(text: str, connection: Connection) -> str:
    """`text` without any secret of the connection."""
    for secret in sorted(_secrets(connection), key=len, reverse=True):
        text = text.replace(secret, DOTS)
    return text


def _secrets(connection: Connection) -> set[str]:
    try:
        return _texts(connection.secrets)
    except CannotOpen:  # nobody could have sent it either
        return set()


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} if len(value) >= SHORTEST else set()
    if isinstance(value, dict):
        return {text for one in value.values() for text in _texts(one)}
    return {text for one in value for text in _texts(one)} if isinstance(value, list) else set()
