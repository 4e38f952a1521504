"""Signatures of webhooks, as muro and Kirim write them: `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, the HMAC-SHA256 of
`"<t>.<raw body>"` under the literal secret."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from integrations.base import Forged

REPLAY_SECONDS = 300


def new_secret() -> str:
    """A secret for webhooks, where the system lets one choose it, or none was given yet."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def hex_hmac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check_timed(header: str, body: bytes, keys: Iterable[str], now: datetime) -> None:
    """Raises Forged unless one of the header's signatures is by one of `keys` and its time within 300 s of now."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.strip().lower() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not given:
        raise Forged("no signature")
    check_fresh(times[0], now)
    check_any(given, f"{times[0]}.".encode() + body, keys)


def check_fresh(seconds: str, now: datetime) -> None:
    """`seconds`: unix time as text. Raises Forged where it is none, or further than 300 s from now either way."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 16):
        raise Forged("no time")
    if abs(now.timestamp() - int(seconds)) > REPLAY_SECONDS:
        raise Forged("too old, or from the future")


def check_any(given: Iterable[str], signed: bytes, keys: Iterable[str]) -> None:
    """Raises Forged unless one of `given` (hex) signs `signed` under one of `keys`. Compares in constant time."""
    right = [hex_hmac(secret, signed).encode() for secret in keys if secret]
    if not any(hmac.compare_digest(one.encode(), other) for one in given for other in right):
        raise Forged("wrong signature")
