"""MisarMail's webhooks: three ways to sign, three envelopes, one kind of event."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from integrations.base import Forged, Hook, Item, Unreadable
from integrations.doors import loaded
from integrations.misarmail.reading import moment, words
from integrations.signatures import check_any, check_fresh

MISARMAIL, MISAR, TIMED = "misarmail", "misar", "timed"
EDITIONS = (
    (MISARMAIL, "X-MisarMail-Signature, over the body"),
    (MISAR, "X-Misar-Signature, over the body"),
    (TIMED, "X-Misar-Signature with X-Misar-Timestamp, over both"),
)
_HEADER = {MISARMAIL: "x-misarmail-signature", MISAR: "x-misar-signature", TIMED: "x-misar-signature"}
TIMESTAMP = "x-misar-timestamp"


def verify(hook: Hook, edition: str, secrets: Sequence[str]) -> None:
    """Raises Forged unless the body is signed as this edition signs: `sha256=<hex>`."""
    given = hook.headers.get(_HEADER[edition], "").strip()
    if not given.startswith("sha256="):
        raise Forged("no signature")
    signed = hook.body
    if edition == TIMED:
        stamp = hook.headers.get(TIMESTAMP, "").strip()
        check_fresh(stamp, hook.now)
        signed = f"{stamp}.".encode() + hook.body
    check_any([given.removeprefix("sha256=").lower()], signed, secrets)


def events(body: bytes) -> list[Item]:
    """The events of a verified body: one, or a list of them. Raises Unreadable."""
    said = loaded(body)
    several = said if isinstance(said, list) else [said]
    if not several or not all(isinstance(one, Mapping) for one in several):
        raise Unreadable("Send the event as a JSON object with id, type and data.")
    return [_event(one) for one in several]


def _event(said: Mapping[str, Any]) -> Item:
    kind = words(said, "type", "event", most=100)
    if not kind:
        raise Unreadable("The event has no type.")
    key = words(said, "id", "event_id", most=300) or _digest(said)
    return Item(
        key=key, type=kind, payload=dict(said), occurred_at=moment(said, "created_at", "createdAt", "timestamp")
    )


def _digest(said: Mapping[str, Any]) -> str:
    """An event without an id is the same where it says the same."""
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
