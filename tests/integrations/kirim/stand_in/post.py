"""Delivering webhooks: headers, signature, and Kirim's rule for what is tried again."""

import hashlib
import hmac
import json
import random
import time
from typing import Any

import httpx2

from tests.integrations.kirim.stand_in.house import Row, an_id
from tests.integrations.kirim.stand_in.world import World

MOST_TRIES = 8


def signature(secrets: list[str], stamp: int, body: bytes) -> str:
    made = [hmac.new(one.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={stamp}", *(f"v1={one}" for one in made)])


async def deliver(world: World, how: Row) -> list[Row]:
    """Send what waits, and return what became of each: {"event_id", "type", "status"}.

    how: "withhold" (that many of them never go out), "only" (types), "double" (each twice), "order" ("reverse",
    "shuffle" with "seed"), "tamper", "unsigned", "age" (seconds on the signature's clock).
    """
    waiting, world.house.waiting = world.house.waiting, []
    wanted = [one for one in waiting if not how.get("only") or one["type"] in how["only"]]
    world.house.waiting = [one for one in waiting if one not in wanted]
    draw = random.Random(how.get("seed", 0))  # noqa: S311 - a draw, no secret
    lost = draw.sample(wanted, min(how.get("withhold", 0), len(wanted)))
    wanted = [one for one in wanted if one not in lost]
    wanted = [one for one in wanted for _ in range(2 if how.get("double") else 1)]
    if how.get("order") == "reverse":
        wanted.reverse()
    if how.get("order") == "shuffle":
        draw.shuffle(wanted)
    async with httpx2.AsyncClient(timeout=10, follow_redirects=False) as client:
        return [await _send(world, client, one, how) for one in wanted]


async def _send(world: World, client: Any, event: Row, how: Row) -> Row:
    event["attempt"] += 1
    body = json.dumps(event["body"]).encode()
    stamp = int(time.time()) - how.get("age", 0)
    headers = {
        "content-type": "application/json", "X-Kirim-Source": event["source"], "X-Kirim-Event": event["type"],
        "X-Kirim-Event-Id": event["event_id"], "X-Kirim-Delivery-Id": an_id("dlv"),
        "X-Kirim-Attempt": str(event["attempt"]), "X-Kirim-Signature": signature(world.secrets, stamp, body),
    }  # fmt: skip
    if how.get("unsigned"):
        del headers["X-Kirim-Signature"]
    if how.get("tamper"):
        body = body[:-1] + b" " + body[-1:]
    try:
        status = (await client.post(world.target, content=body, headers=headers)).status_code
    except httpx2.HTTPError:
        status = 0
    if not 200 <= status < 300:
        again = status in (0, 408, 429) or status >= 500
        (world.house.waiting if again and event["attempt"] < MOST_TRIES else world.final).append(event)
    return {"event_id": event["event_id"], "type": event["type"], "status": status}
