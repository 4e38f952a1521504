"""MisarMail as its own pages describe it, for what another Parley does not do: pages by number only, both shapes of a
contact, no `updated_at`, 60 requests a minute, plans without clients, and the ways in which servers fail.

    uvicorn --factory tests.integrations.misarmail.stand_in:app

`POST /_control/state` loads what it holds, `POST /_control/next` says how the next requests fail, `GET /_control/calls`
tells what it was asked. Each instance holds one state.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
Send = Callable[[Json], Awaitable[None]]
Receive = Callable[[], Awaitable[Json]]
KEY = "msk_" + "0" * 64
MINUTE = 60


class MisarMail:
    """edition: new (camel case, under their own name) or old (snake case, under `data`). plan: max, or one without
    clients. limit: requests a minute."""

    def __init__(self) -> None:
        self.load({})

    def load(self, state: Json) -> None:
        self.edition, self.plan = state.get("edition", "new"), state.get("plan", "max")
        self.limit, self.used = state.get("limit", 100_000), 0
        self.rows: dict[str, list[Json]] = {
            noun: state.get(noun, []) for noun in ("clients", "campaigns", "contacts", "conversations", "deals")
        }
        self.messages: dict[str, list[Json]] = state.get("messages", {})
        self.failing: list[Json] = []
        self.calls: list[Json] = []
        self.at_call: dict[str, Json] = state.get("at_call", {})

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        body = await _body(receive)
        path, query = scope["path"], dict(parse_qsl(scope["query_string"].decode()))
        if path.startswith("/_control/"):
            await _answer(send, 200, self.control(path.removeprefix("/_control/"), body))
            return
        self.calls.append({"method": scope["method"], "path": path, "query": query, "body": body})
        if self.failing and (failure := self.failing.pop(0)):
            await self.fail(failure, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, answer, more = self.answer(scope["method"], path, query, body, headers)
        await _answer(send, status, answer, more)
        self.happen()

    def control(self, what: str, body: Any) -> Any:
        if what == "state":
            self.load(body)
        elif what == "next":
            self.failing += body
        elif what == "refill":
            self.used = 0
        return {"calls": self.calls, "conversations": self.rows["conversations"]}

    async def fail(self, failure: Json, send: Send) -> None:
        """{"status", "headers", "body"}; or {"cut": true}: half an answer; or {"slow": seconds}."""
        if failure.get("cut"):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b'{"success": tr', "more_body": False})
            return
        await asyncio.sleep(failure.get("slow", 0))
        body = failure.get("body", {"success": False, "error": "It failed."})
        await _answer(send, failure["status"], body, failure.get("headers", {}))

    def happen(self) -> None:
        """What the state says that somebody does there after so many calls: rows come, rows go."""
        now = self.at_call.pop(str(len(self.calls)), {})
        for noun, rows in now.get("add", {}).items():
            self.rows[noun][:0] = rows
        for noun, ids in now.get("drop", {}).items():
            self.rows[noun] = [row for row in self.rows[noun] if row["id"] not in ids]

    def answer(self, method: str, path: str, query: Json, body: Any, headers: Json) -> tuple[int, Json, Json]:
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, _error("Invalid or missing API key. Use: Authorization: Bearer msk_..."), {}
        self.used += 1
        left = self.limit - self.used
        more = {"X-RateLimit-Limit": self.limit, "X-RateLimit-Remaining": max(0, left)}
        more["X-RateLimit-Reset"] = int(time.time()) + MINUTE
        if left < 0:
            return 429, {**_error("Too many requests"), "retryAfter": 42}, {**more, "Retry-After": 42}
        parts = path.removeprefix("/mail/v1/").removeprefix("crm/").split("/")
        return (*self.found(method, parts, query, body), more)

    def found(self, method: str, parts: list[str], query: Json, body: Any) -> tuple[int, Json]:
        noun = parts[0]
        if noun not in self.rows:
            return 404, _error("Not found")
        if noun == "clients" and self.plan not in ("max", "enterprise"):
            return 403, _error("Clients are available on the Max and Enterprise plans")
        if len(parts) == 1:
            return 200, self.listed(noun, query)
        row = next((row for row in self.rows[noun] if row["id"] == parts[1]), None)
        if row is None:
            return 404, _error("Conversation not found")
        if parts[2:] == ["messages"]:
            return 200, {"success": True, "messages": self.messages.get(row["id"], [])}
        if method == "PATCH":
            row |= body
        return 200, {"success": True, noun.removesuffix("s"): row}

    def listed(self, noun: str, query: Json) -> Json:
        if unknown := query.keys() - {"page", "per_page", "limit", "status", "channel", "campaign_id", "stage"}:
            return {"success": True, "warning": f"ignored: {sorted(unknown)}", **self.page(noun, 1, 25)}
        size = int(query.get("limit" if noun == "contacts" else "per_page", 25))
        return {
            "success": True,
            **self.page(noun, int(query.get("page", 1)), min(size, 50 if noun == "campaigns" else 100)),
        }

    def page(self, noun: str, number: int, size: int) -> Json:
        rows = self.rows[noun]
        shown = rows[(number - 1) * size : number * size]
        name = "data" if noun == "contacts" and self.edition == "old" else noun
        if noun == "contacts":
            shown = [_old(row) for row in shown] if self.edition == "old" else shown
            return {name: shown, "pagination": {"page": number, "limit": size, "total": len(rows)}}
        return {name: shown, "pagination": {"page": number, "per_page": size, "total": len(rows)}}


_NAMES = {"firstName": "first_name", "lastName": "last_name", "customFields": "metadata"}


def _old(row: Json) -> Json:
    return {_NAMES.get(name, name): value for name, value in row.items()}


def _error(words: str) -> Json:
    return {"success": False, "error": words}


async def _body(receive: Receive) -> Any:
    whole = b""
    while True:
        part = await receive()
        whole += part.get("body", b"")
        if not part.get("more_body"):
            return json.loads(whole) if whole else None


async def _answer(send: Send, status: int, body: Any, headers: Json | None = None) -> None:
    pairs = [(name.lower().encode(), str(value).encode()) for name, value in (headers or {}).items()]
    pairs.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def app() -> MisarMail:
    return MisarMail()
