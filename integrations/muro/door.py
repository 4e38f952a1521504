"""muro's webhook: POST JSON with `x-muro-signature: t=<unix>,v1=<hex>`, the HMAC-SHA256 of `"<t>.<raw body>"` under the
literal secret, at most 300 s old."""

import hashlib
from collections.abc import Iterable

from integrations.base import Hook, Item, Unreadable
from integrations.doors import json_of
from integrations.muro.mapping import moment, text
from integrations.signatures import check_timed


def read(hook: Hook, secrets: Iterable[str]) -> Item:
    """The one event of a request. Raises Forged, Unreadable.

    Its key is the header `x-muro-event-id`, which is the same on every retry; else the body's id, else a digest of the
    body."""
    check_timed(hook.headers.get("x-muro-signature", ""), hook.body, secrets, hook.now)
    event = json_of(hook.body)
    kind = text(event.get("type")) or hook.headers.get("x-muro-event", "").strip()
    if not kind:
        raise Unreadable("An event needs a type, such as visitor.identified.")
    key = hook.headers.get("x-muro-event-id", "").strip() or text(event.get("id"))
    key = key or f"body:{hashlib.sha256(hook.body).hexdigest()}"
    return Item(key=key, type=kind, payload=event, occurred_at=moment(event.get("created_at")))
