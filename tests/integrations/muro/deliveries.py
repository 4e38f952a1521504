"""How muro's stand-in delivers its events: signed, retried after 30 s, 1 m, 5 m, 30 m, 2 h and 6 h, or as badly as it
was told to."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import httpx2

SCHEDULE = (30, 60, 300, 1800, 7200, 21600)
PATIENCE = 60  # seconds to wait for an answer: muro gives ten, which a busy machine may not keep


def sign(body: bytes, secret: str, at: int) -> str:
    """The header `x-muro-signature`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def headers_of(event: dict[str, Any], body: bytes, secret: str, at: int) -> dict[str, str]:
    return {
        "content-type": "application/json", "x-muro-event": str(event.get("type")),
        "x-muro-event-id": str(event.get("id")), "x-muro-timestamp": str(at),
        "x-muro-signature": sign(body, secret, at),
    }  # fmt: skip


class Deliveries:
    """`pace` compresses the retry schedule: 0.001 makes seconds of hours."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.attempts: list[dict[str, Any]] = []
        self.withheld: list[str] = []

    def start(
        self, url: str, secret: str, events: list[dict[str, Any]], pace: float = 0.001, width: int = 8,
    ) -> dict[str, int]:  # fmt: skip
        """Each event: {"event", "copies", "withheld", "wait", "aged", "forged"}, all but the first optional. `wait`:
        seconds before the first attempt; `aged`: seconds that the signature is old; `forged`: signed with another
        secret."""
        gate = asyncio.Semaphore(width)
        for each in events:
            if each.get("withheld"):
                self.withheld.append(str(each["event"].get("id")))
                continue
            for _ in range(each.get("copies", 1)):
                work = self._deliver(url, secret, each, pace, gate)
                self.tasks.append(asyncio.get_running_loop().create_task(work))
        return {"deliveries": len(self.tasks), "withheld": len(self.withheld)}

    async def standing(self, within: float = 0) -> dict[str, Any]:
        """What was attempted so far; with `within`, once all is delivered or given up, or so many seconds passed."""
        if self.tasks and within:
            await asyncio.wait(self.tasks, timeout=within)
        open_ = sum(not task.done() for task in self.tasks)
        return {"attempts": self.attempts, "withheld": self.withheld, "open": open_}

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _deliver(self, url: str, secret: str, each: dict[str, Any], pace: float, gate: Any) -> None:
        event = each["event"]
        body = json.dumps(event).encode()
        await asyncio.sleep(each.get("wait", 0))
        for pause in (*SCHEDULE, None):
            at = int(time.time()) - each.get("aged", 0)
            headers = headers_of(event, body, "another secret" if each.get("forged") else secret, at)
            async with gate:
                status = await _post(url, body, headers)
            self.attempts.append({"id": event.get("id"), "status": status})
            if 200 <= status < 300 or pause is None:
                return
            await asyncio.sleep(pause * pace)


async def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status; 0 where nobody answered in time."""
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            return (await http.post(url, content=body, headers=headers)).status_code
    except httpx2.TransportError:
        return 0
