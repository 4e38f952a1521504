"""From muro's JSON to what we know of people and what was said. Reads hostile input and never fails on it: what is not
as documented is left out here, and stays in the event as it came."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from contacts.addresses import EMAIL, Address, address
from crm.errors import Invalid

KEY = "muro"
INBOUND, OUTBOUND = "inbound", "outbound"
VISITORS = frozenset({"visitor", "contact", "customer", "user", "lead"})
AUTHORS = {"agent": "muro agent", "bot": "muro bot", "note": "muro agent"}
_UNKEPT = re.compile("[\x00-\x1f\ud800-\udfff]")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_MILLISECONDS = 1e11  # unix time beyond the year 5000 is in milliseconds
_ID = 140  # characters: two make a key


@dataclass(frozen=True)
class Visitor:
    """A person as muro knows them. Empty texts and None: muro does not say."""

    id: str = ""
    email: str = ""
    name: str = ""
    conversation_count: int | None = None
    seen_at: datetime | None = None

    def addresses(self) -> list[Address]:
        """Their e-mail address, where it can be one."""
        try:
            return [address(EMAIL, self.email, region="")] if self.email else []
        except Invalid:
            return []


@dataclass(frozen=True)
class Said:
    """One message of a transcript. `id` is muro's, or derived (`transcript`); `at` None: muro does not say when."""

    id: str
    direction: str
    body: str
    is_note: bool = False
    author: str = ""
    by_machine: bool = False
    at: datetime | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON, for an event that a batch holds; `told` reads it back."""
        return {**asdict(self), "at": self.at.isoformat() if self.at else None}


def told(kept: Mapping[str, Any]) -> Said:
    return Said(**{**kept, "at": moment(kept["at"])})


def visitor_of(data: Any) -> Visitor:
    """The visitor in an event's `data`, whose shape is not published: under `visitor`, `contact` or the conversation's
    `visitor`, each text from the first that has it; else `data` itself."""
    data = data if isinstance(data, Mapping) else {}
    return named_in(data) or person(data)


def named_in(data: Any) -> Visitor | None:
    """The same, where `data` itself is something else than a person."""
    data = data if isinstance(data, Mapping) else {}
    conversation = data.get("conversation")
    inner = conversation.get("visitor") if isinstance(conversation, Mapping) else None
    found = [person(one) for one in (data.get("visitor"), data.get("contact"), inner) if isinstance(one, Mapping)]
    merged = Visitor(
        id=next((one.id for one in found if one.id), ""),
        email=next((one.email for one in found if one.email), ""),
        name=next((one.name for one in found if one.name), ""),
        conversation_count=next((one.conversation_count for one in found if one.conversation_count is not None), None),
        seen_at=next((one.seen_at for one in found if one.seen_at), None),
    )
    return merged if merged != Visitor() else None


def person(row: Any) -> Visitor:
    """One of `GET /contacts`, or the `visitor` of a conversation. Last activity bears one of several names: none is
    published."""
    row = row if isinstance(row, Mapping) else {}
    count = row.get("conversation_count")
    seen = (moment(row.get(name)) for name in ("last_seen_at", "last_activity_at", "last_active_at"))
    return Visitor(
        id=identifier(row.get("id")),
        email=text(row.get("email")),
        name=text(row.get("name")),
        conversation_count=count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None,
        seen_at=next(filter(None, seen), None),
    )


def conversation_id(data: Any) -> str:
    """Which conversation an event's `data` is about: `conversation.id`, or `conversation_id`. Ids are opaque."""
    data = data if isinstance(data, Mapping) else {}
    inner = data.get("conversation")
    inner = inner.get("id") if isinstance(inner, Mapping) else inner
    return identifier(inner) or identifier(data.get("conversation_id"))


def transcript(conversation: str, rows: Iterable[Any]) -> list[Said]:
    """A conversation's messages, oldest first; in the order in which muro lists them where it names no times.

    A message without an id gets one that is the same whenever the transcript is read: "derived:" and the SHA-256 of the
    conversation, the sender, the time, the text, and how many equal ones stand before it. An id that is listed twice
    counts once; a note without text is nothing.
    """
    read = [one for row in rows if isinstance(row, Mapping) and ((one := _said(row)).body or not one.is_note)]
    if all(one.at for one in read):
        read.sort(key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))
    before: Counter[tuple[object, ...]] = Counter()
    named = [one if one.id else _named(conversation, one, before) for one in read]
    return list({one.id: one for one in reversed(named)}.values())[::-1]


def _said(row: Mapping[str, Any]) -> Said:
    sender, kind = text(row.get("sender_type")).lower(), text(row.get("kind")).lower()
    times = (moment(row.get(name)) for name in ("created_at", "at", "sent_at", "timestamp"))
    return Said(
        id=identifier(row.get("id")),
        # Who is not named is taken for the visitor: somebody should look. Any other name is one of the house.
        direction=INBOUND if not sender or sender in VISITORS else OUTBOUND,
        body=_body(row),
        is_note="note" in (kind, sender),
        author=_author(row, sender),
        by_machine=sender in ("bot", "system"),
        at=next(filter(None, times), None),
    )


def _body(row: Mapping[str, Any]) -> str:
    content = row.get("content")
    if isinstance(content, Mapping):
        content = content.get("text") or content
    if isinstance(content, list | Mapping):
        return json.dumps(content, ensure_ascii=False)
    return content if isinstance(content, str) else text(content)


def _author(row: Mapping[str, Any], sender: str) -> str:
    for place in ("sender", "agent", "author"):
        one = row.get(place)
        if isinstance(one, Mapping) and text(one.get("name")):
            return text(one.get("name"))
    if text(row.get("sender_name")):
        return text(row.get("sender_name"))
    return "" if not sender or sender in VISITORS else AUTHORS.get(sender, "muro")


def _named(conversation: str, one: Said, before: Counter[tuple[object, ...]]) -> Said:
    what = (conversation, one.direction, one.author, str(one.at or ""), one.body)
    digest = hashlib.sha256("\0".join([*what, str(before[what])]).encode(errors="replace")).hexdigest()
    before[what] += 1
    return replace(one, id=f"derived:{digest}")


def dated(said: Sequence[Said], otherwise: datetime | None) -> list[Said]:
    """Each with a time: its own, else that of the one before it, else `otherwise`."""
    found, last = [], otherwise
    for one in said:
        last = one.at or last
        found.append(replace(one, at=last))
    return found


def text(value: Any) -> str:
    """A text or a number as text; empty for anything else. Ids come as both."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def identifier(value: Any) -> str:
    """An id, as it can be kept."""
    return _UNKEPT.sub("\ufffd", text(value))[:_ID]


def moment(value: Any) -> datetime | None:
    """ISO 8601, or unix seconds or milliseconds, as UTC; None for what is no time of ours."""
    found = _time(value)
    return found if found and _FIRST_YEAR <= found.year < _LAST_YEAR else None


def _time(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            seconds = float(value)
            return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
