"""Kirim's webhook: is it really from Kirim, and what happened in it. Two bodies come through the same door: Kirim's own
envelope, one event each, and Meta's JSON, which may hold many messages and statuses."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from integrations.base import Hook, Item
from integrations.doors import json_of
from integrations.kirim.mapping import moment, rows, text
from integrations.signatures import check_timed

LONGEST_KEY = 300
Row = dict[str, Any]


def verify(hook: Hook, secrets: Sequence[str]) -> None:
    """Raise Forged unless any `v1` of the signature is made with any of the active secrets, within 300 s both ways. The
    key is the literal secret, `whsec_` included."""
    check_timed(hook.headers.get("x-kirim-signature", ""), hook.body, secrets, hook.now)


def items(hook: Hook) -> list[Item]:
    """The events in the body. Raises Unreadable where it can be none."""
    body = json_of(hook.body)
    event_id = hook.headers.get("x-kirim-event-id") or text(body.get("id")) or sha256(hook.body).hexdigest()
    if hook.headers.get("x-kirim-source") == "meta" or body.get("object") == "whatsapp_business_account":
        return _of_meta(body, event_id, hook.headers.get("x-kirim-event", ""))
    kind = text(body.get("type")) or hook.headers.get("x-kirim-event") or "unknown"
    return [Item(_key(event_id), kind, body, moment(body.get("created_at")))]


def _of_meta(body: Row, event_id: str, named: str) -> list[Item]:
    found: dict[str, Item] = {}
    for number, change in enumerate(_changes(body)):
        for item in _of_change(change, f"{event_id}:{number}"):
            found.setdefault(item.key, item)
    if not found:
        return [Item(_key(event_id), f"meta.{named or 'empty'}", body)]
    return list(found.values())


def _changes(body: Row) -> Iterator[Row]:
    for entry in rows(body.get("entry")):
        yield from rows(entry.get("changes"))


def _of_change(change: Row, key: str) -> Iterator[Item]:
    value = change.get("value")
    if change.get("field") != "messages" or not isinstance(value, dict):
        yield Item(_key(key), f"meta.{text(change.get('field')) or 'change'}"[:60], change)
        return
    about = {"metadata": value.get("metadata")}
    for message in rows(value.get("messages")):
        who = {"contact": _profile(value, text(message.get("from")))}
        key_of_it = text(message.get("id")) or _digest(message)
        yield Item(_key(key_of_it), "message.received", {"message": message, **who, **about}, _at(message))
    for status in rows(value.get("statuses")):
        key_of_it = f"{text(status.get('id')) or _digest(status)}:{text(status.get('status'))}"
        yield Item(_key(key_of_it), "message.status", {"status": status, **about}, _at(status))
    if rows(value.get("errors")):
        yield Item(_key(f"{key}:errors"), "meta.errors", change)


def _profile(value: Row, sender: str) -> Row | None:
    profiles = rows(value.get("contacts"))
    return next((one for one in profiles if text(one.get("wa_id")) == sender), profiles[0] if profiles else None)


def _at(row: Row) -> datetime | None:
    return moment(row.get("timestamp"))


def _digest(row: Row) -> str:
    return sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _key(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()
