"""Kirim's front door: keys, limits, idempotency, and whatever a test lets go wrong. Run by uvicorn."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import parse_qsl

from tests.integrations.kirim.stand_in import doors
from tests.integrations.kirim.stand_in.control import control
from tests.integrations.kirim.stand_in.house import Refused, Row, an_id
from tests.integrations.kirim.stand_in.world import World

MINUTE = 60
WORLD = World()
Answer = tuple[int, Any, dict[str, str]]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    call = {
        "method": scope["method"], "path": scope["path"], "params": dict(parse_qsl(scope["query_string"].decode())),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]}, "body": body.decode(),
    }  # fmt: skip
    if call["path"].startswith("/_control/"):
        status, answer = await control(WORLD, call)
        await _answer(send, status, answer, {})
        return
    WORLD.calls.append(call)
    await _with_faults(send, call)


async def _with_faults(send: Any, call: Row) -> None:
    fault = WORLD.fault_for(call)
    await asyncio.sleep(fault.get("slow", 0))
    if fault.get("cut") == "before":
        return await _cut(send)
    if "status" in fault:
        headers = {"retry-after": str(fault["retry_after"])} if "retry_after" in fault else {}
        refused = Refused(fault["status"], fault.get("code", "rate_limited" if fault["status"] == 429 else "internal"))
        return await _answer(send, refused.status, {"error": refused.error}, headers)
    status, answer, headers = await _guarded(call, fault.get("hold", 0))
    if fault.get("cut") == "after":
        return await _cut(send)
    if fault.get("garbage"):
        return await _raw(send, 200, b"<html>Bad gateway</html>", {"content-type": "text/html"})
    return await _answer(send, status, answer, headers)


async def _guarded(call: Row, hold: float) -> Answer:
    """What Kirim answers, with the key, the limits and the idempotency key looked at."""
    headers: dict[str, str] = {}
    try:
        _known(call)
        headers = _counted(call["method"])
        key = call["headers"].get("idempotency-key") if call["method"] == "POST" else None
        status, answer, more = await _once(key, call, hold) if key else (*_done(call), {})
        return status, answer, headers | more
    except Refused as refused:
        late = {"retry-after": refused.error.pop("retry_after")} if "retry_after" in refused.error else {}
        return refused.status, {"error": refused.error}, headers | late


def _known(call: Row) -> None:
    if call["headers"].get("authorization") != f"Bearer {WORLD.api_key}":
        raise Refused(401, "invalid_api_key", "Invalid API key.")


def _counted(method: str) -> dict[str, str]:
    kind = "reads" if method == "GET" else "writes"
    since, used = WORLD.used.get(kind, (time.monotonic(), 0))
    if time.monotonic() - since >= MINUTE:
        since, used = time.monotonic(), 0
    left = WORLD.limits[kind] - used
    reset = str(int(since + MINUTE - time.monotonic()) + 1)
    if left <= 0:
        refused = Refused(429, "rate_limited", "Too many requests.")
        refused.error["retry_after"] = reset
        raise refused
    WORLD.used[kind] = (since, used + 1)
    return {
        "x-ratelimit-limit": str(WORLD.limits[kind]), "x-ratelimit-remaining": str(left - 1), "x-ratelimit-reset": reset
    }  # fmt: skip


async def _once(key: str, call: Row, hold: float) -> Answer:
    """Same key and body: the stored answer. Refusals are kept like any other answer."""
    if len(key) > 255:
        raise Refused(400, "invalid_idempotency_key")
    asked = (call["method"], call["path"], call["body"])
    if key in WORLD.answers:
        before, status, answer = WORLD.answers[key]
        if before != asked:
            raise Refused(422, "idempotency_key_reuse")
        return status, answer, {"idempotent-replayed": "true"}
    if key in WORLD.running:
        raise Refused(409, "idempotency_in_progress")
    WORLD.running.add(key)
    try:
        await asyncio.sleep(hold)
        try:
            status, answer = _done(call)
        except Refused as refused:
            status, answer = refused.status, {"error": refused.error}
        WORLD.answers[key] = (asked, status, answer)
    finally:
        WORLD.running.discard(key)
    return status, answer, {}


def _done(call: Row) -> tuple[int, Any]:
    try:
        body = json.loads(call["body"]) if call["body"] else {}
    except ValueError:
        raise Refused(400, "invalid_json") from None
    return doors.answer(WORLD.house, call["method"], call["path"], call["params"], body)


async def _answer(send: Any, status: int, answer: Any, headers: dict[str, str]) -> None:
    if isinstance(answer, dict):
        request_id = an_id("req")
        if "error" in answer:
            answer = {"error": {**answer["error"], "request_id": request_id}}
        elif "data" in answer:
            answer = {**answer, "request_id": request_id}
    await _raw(send, status, json.dumps(answer).encode(), {"content-type": "application/json"} | headers)


async def _raw(send: Any, status: int, body: bytes, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Any) -> None:
    """The connection ends in the middle of the answer: uvicorn closes it when the promised length does not come."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
