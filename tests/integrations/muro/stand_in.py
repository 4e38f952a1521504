"""muro's stand-in: a process that answers as vendors.md, section 2, says, and is told what to do under `/_control/`.

`python stand_in.py` prints its address and serves until it is ended. Every call that came is kept, with the answer's
status; faults are asked for per method and path: 500, garbage, slow, cut before the work, cut after it.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.integrations.muro.account import Account, Json, Refused
from tests.integrations.muro.deliveries import Deliveries

BASE = "/api/v1"
Send = Callable[[Json], Awaitable[None]]


class StandIn:
    def __init__(self) -> None:
        self.account = Account()
        self.deliveries = Deliveries()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if scope["path"].startswith("/_control/"):
            status, answer = await self.control(scope["path"].removeprefix("/_control/"), json.loads(body or b"{}"))
            await _answer(send, status, answer, {})
        else:
            await self.serve(scope, body, send)

    async def serve(self, scope: Any, body: bytes, send: Any) -> None:
        method, path = scope["method"], scope["path"].removeprefix(BASE)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        call = {"method": method, "path": path, "query": dict(parse_qsl(scope["query_string"].decode())), "status": 0,
                "idempotency_key": headers.get("idempotency-key"), "body": body.decode()}  # fmt: skip
        self.account.calls.append(call)
        fault = self.account.fault_of(method, path) or {"do": ""}
        if fault["do"] == "cut_before":
            _cut(send)
            return
        await asyncio.sleep(fault.get("seconds", 0))
        status, answer, extra = self.work(call, headers, body, scope["path"], fault)
        call["status"] = status
        if fault["do"] == "cut_after":
            _cut(send)
        elif fault["do"] == "garbage":
            await _send(send, 200, b"<html>Good night</html>", extra)
        else:
            await _answer(send, status, answer, extra)

    def work(self, call: Json, headers: Json, body: bytes, path: str, fault: Json) -> tuple[int, Json, dict[str, str]]:
        """The answer to a call: status, body, headers. One that is refused costs a call of the minute too."""
        extra = {"x-request-id": f"req_{uuid4().hex}", "x-ratelimit-remaining": "0"}
        try:
            extra["x-ratelimit-remaining"] = str(self.account.spend())
            self.account.admit(headers, fault)
            status, answer = self.route(call, body, path)
        except Refused as refused:
            error = {"error": {"type": refused.type, "message": refused.message}}
            return refused.status, error, extra | refused.headers
        return status, answer, extra

    def route(self, call: Json, body: bytes, path: str) -> tuple[int, Json]:
        account, query = self.account, call["query"]
        parts = [part for part in call["path"].split("/") if part]
        if call["method"] == "GET" and parts in (["contacts"], ["conversations"]):
            return 200, account.page(parts[0], query)
        if len(parts) == 3 and (parts[0], parts[2]) == ("conversations", "messages"):
            if call["method"] == "GET":
                return 200, account.transcript(parts[1], query)
            return self.post(parts[1], call["idempotency_key"], body, path)
        raise Refused(404, "not_found", f"No such resource: {path}")

    def post(self, conversation: str, key: str | None, body: bytes, path: str) -> tuple[int, Json]:
        if key and (known := self.account.once(key, body, path)):
            return known
        status, answer = self.account.post(conversation, json.loads(body))
        if key:
            self.account.remember(key, body, path, status, answer)
        return status, answer

    async def control(self, verb: str, asked: Json) -> tuple[int, Any]:
        """`/_control/<verb>` with JSON calls `do_<verb>` of this class with it."""
        do = getattr(self, f"do_{verb}", None)
        return (200, await do(**asked)) if do else (404, {"unknown": verb})

    async def do_reset(self) -> Json:
        await self.deliveries.stop()
        self.account, self.deliveries = Account(), Deliveries()
        return {}

    async def do_state(self, **state: Any) -> Json:
        self.account.load(state)
        return {}

    async def do_fill(self, **how: int) -> Json:
        self.account.fill(**how)
        return {}

    async def do_say(self, **message: Any) -> Json:
        return self.account.say(**message)

    async def do_set(self, **wishes: Any) -> Json:
        """key, may_write, per_window (calls), window (seconds)."""
        for name, value in wishes.items():
            setattr(self.account, name, value)
        return {}

    async def do_fail(self, method: str, path: str, do: str, times: int = 1, **how: Any) -> Json:
        """do: error (with status, type, headers), garbage, slow (with seconds), cut_before, cut_after. after: how many
        such calls go well before."""
        self.account.faults.append({"method": method, "path": path, "do": do, "times": times, **how})
        return {}

    async def do_calls(self) -> Json:
        return {"calls": self.account.calls, "most_used": self.account.most_used}

    async def do_transcripts(self) -> Json:
        return self.account.messages

    async def do_deliver(self, **what: Any) -> Json:
        return self.deliveries.start(**what)

    async def do_deliveries(self, within: float = 0) -> Json:
        return await self.deliveries.standing(within)


async def _read(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


async def _answer(send: Send, status: int, answer: Any, headers: dict[str, str]) -> None:
    await _send(send, status, json.dumps(answer).encode(), headers)


async def _send(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    sent = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def _cut(send: Any) -> None:
    """The line goes dead without an answer. `send` is a method of uvicorn's own record of this request."""
    send.__self__.transport.abort()


def main() -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
    config = uvicorn.Config(StandIn(), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
