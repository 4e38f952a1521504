"""What muro's stand-in knows: the people who chatted, their conversations, and what it was asked to do wrong."""

import base64
import hashlib
import json
import time
from collections import deque
from typing import Any

Json = dict[str, Any]
LIMIT, MOST = 25, 100


class Refused(Exception):
    """An error as muro answers it: status, `error.type`, `error.message`, and further headers."""

    def __init__(self, status: int, type: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.type, self.message = status, type, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Account:
    """One organisation at muro, with its one key."""

    def __init__(self) -> None:
        self.key = "mr_live_stand_in"
        self.may_write = True
        self.contacts: dict[str, Json] = {}
        self.conversations: dict[str, Json] = {}
        self.messages: dict[str, list[Json]] = {}
        self.answers: dict[str, tuple[str, int, Json]] = {}
        self.calls: list[Json] = []
        self.faults: list[Json] = []
        self.in_order: dict[str, list[tuple[str, str, Json]]] = {}
        self.used: deque[float] = deque()
        self.per_window, self.window = 120, 60.0
        self.most_used = 0

    def load(self, state: Json) -> None:
        """Further people, conversations and messages; one that is here already is replaced."""
        self.in_order.clear()
        for each in state.get("contacts", []):
            self.contacts[each["id"]] = each
        for each in state.get("conversations", []):
            self.conversations[each["id"]] = {"object": "conversation", **each}
            self.messages.setdefault(each["id"], [])
        for conversation, messages in state.get("messages", {}).items():
            self.messages.setdefault(conversation, []).extend(messages)

    def fill(self, count: int, first: int = 0, people: int = 10**9) -> None:
        """So many people, whoever is made last was seen last; or so many rows of only so many `people`."""
        self.in_order.clear()
        for row in range(first, first + count):
            number, seen = row % people, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + row))
            self.contacts[f"con_{row:06}"] = {
                "id": f"con_{number:06}", "email": f"visitor{number}@example.com", "name": f"Visitor {number}",
                "conversation_count": number % 7, "last_seen_at": seen,
            }  # fmt: skip

    def spend(self) -> int:
        """One call of the minute's; how many are left. Raises Refused where none was."""
        now = time.monotonic()
        while self.used and self.used[0] <= now - self.window:
            self.used.popleft()
        if len(self.used) >= self.per_window:
            oldest = self.used[0] if self.used else now
            wait = max(1, round(oldest + self.window - now + 0.5))
            raise Refused(429, "rate_limit_error", "Too many requests.", retry_after=str(wait))
        self.used.append(now)
        self.most_used = max(self.most_used, len(self.used))
        return self.per_window - len(self.used)

    def admit(self, headers: Json, fault: Json) -> None:
        """Raises Refused for a wrong key, or as it was wished for."""
        if fault["do"] == "error":
            raise Refused(fault["status"], fault["type"], "As you wished.", **fault.get("headers", {}))
        if headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(401, "authentication_error", "Invalid API key.")

    def page(self, kind: str, query: Json) -> Json:
        """A page by keyset of contacts or conversations, newest activity first, as they stand at this moment."""
        limit = self._limit(query)
        keyed = self.in_order.get(kind) or self._sort(kind)
        if after := self._after(query):
            keyed = [each for each in keyed if [each[0], each[1]] < after]
        found, more = keyed[:limit], len(keyed) > limit
        return _list([row for *_, row in found], _cursor(list(found[-1][:2])) if more else None)

    def _sort(self, kind: str) -> list[tuple[str, str, Json]]:
        rows, by = (self.contacts, "last_seen_at") if kind == "contacts" else (self.conversations, "updated_at")
        keyed = [(str(row.get(by) or ""), known, row) for known, row in rows.items()]
        self.in_order[kind] = sorted(keyed, key=_key, reverse=True)
        return self.in_order[kind]

    def transcript(self, conversation: str, query: Json) -> Json:
        """Oldest first."""
        if conversation not in self.conversations:
            raise Refused(404, "not_found", f"No such conversation: {conversation}")
        limit, after = self._limit(query), self._after(query) or [0]
        rows, start = self.messages[conversation], int(after[0])
        end = start + limit
        return _list(rows[start:end], _cursor([end]) if len(rows) > end else None)

    def post(self, conversation: str, body: Json) -> tuple[int, Json]:
        if not self.may_write:
            raise Refused(403, "permission_error", "This key may only read.")
        if conversation not in self.conversations:
            raise Refused(404, "not_found", f"No such conversation: {conversation}")
        if body.get("kind") not in ("agent", "note") or not str(body.get("content") or "").strip():
            raise Refused(400, "invalid_request_error", "kind must be agent or note, content must not be empty.")
        return 201, self.say(conversation, sender_type="agent", **body)

    def say(self, conversation: str, content: str, sender_type: str = "visitor", kind: str = "", **more: Any) -> Json:
        """Somebody says something now."""
        self.in_order.clear()
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        rows = self.messages.setdefault(conversation, [])
        message = {
            "id": f"msg_{conversation}_{len(rows) + 1}", "object": "message", "sender_type": sender_type,
            "kind": kind or sender_type, "content": content, "created_at": at, **more,
        }  # fmt: skip
        rows.append(message)
        last = {"content": content, "sender_type": sender_type, "at": at}
        self.conversations[conversation] |= {"last_message": last, "updated_at": at}
        return message

    def once(self, key: str, body: bytes, path: str) -> tuple[int, Json] | None:
        """The answer that this Idempotency-Key had before."""
        digest = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
        known = self.answers.get(key)
        if known and known[0] != digest:
            raise Refused(400, "invalid_request_error", "This Idempotency-Key was used with another body.")
        return known[1:] if known else None

    def remember(self, key: str, body: bytes, path: str, status: int, answer: Json) -> None:
        digest = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
        self.answers[key] = (digest, status, answer)

    def fault_of(self, method: str, path: str) -> Json | None:
        """What is to go wrong with this call; each fault so many times."""
        for fault in self.faults:
            if fault["method"] in (method, "*") and fault["path"] in path and fault.get("after", 0) > 0:
                fault["after"] -= 1
            elif fault["method"] in (method, "*") and fault["path"] in path and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return None

    @staticmethod
    def _limit(query: Json) -> int:
        text = query.get("limit", str(LIMIT))
        if not text.isdigit() or not 1 <= int(text) <= MOST:
            raise Refused(400, "invalid_request_error", f"limit must be between 1 and {MOST}.")
        return int(text)

    @staticmethod
    def _after(query: Json) -> list[Any] | None:
        if not (cursor := query.get("cursor")):
            return None
        try:
            found: list[Any] = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except ValueError:
            raise Refused(400, "invalid_request_error", "The cursor is not one of ours.") from None
        return found


def _key(row: tuple[str, str, Json]) -> tuple[str, str]:
    return row[0], row[1]


def _cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _list(rows: list[Json], cursor: str | None) -> Json:
    return {"object": "list", "data": rows, "has_more": cursor is not None, "next_cursor": cursor}
