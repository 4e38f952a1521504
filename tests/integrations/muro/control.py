"""The stand-in, started once, and what tests tell it and ask of it; and muro's webhooks as tests knock with them."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.test import Client

from integrations import connecting, processing
from integrations.models import Connection, InboundEvent
from tests.integrations.muro.deliveries import headers_of

SECRET = "whsec_test"
KEY = "mr_live_stand_in"
Json = dict[str, Any]


class StandIn:
    """The running process. What is not named here stands in `stand_in.py` as `do_<verb>`."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("stand_in.py"))]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._http = httpx2.Client(base_url=self.url, timeout=200)

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def tell(self, verb: str, **what: Any) -> Any:
        answer = self._http.post(f"/_control/{verb}", content=json.dumps(what))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def load(
        self, contacts: Sequence[Json] = (), conversations: Sequence[Json] = (), **messages: Sequence[Json]
    ) -> None:
        self.tell("state", contacts=list(contacts), conversations=list(conversations), messages=messages)

    def calls(self, method: str = "", ends: str = "") -> list[Json]:
        """The calls that came, oldest first."""
        found: list[Json] = self.tell("calls")["calls"]
        return [call for call in found if call["method"].startswith(method) and call["path"].endswith(ends)]

    def most_used(self) -> int:
        """The most calls that it answered within one window."""
        return int(self.tell("calls")["most_used"])

    def stop(self) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()


def at(minute: int, second: int = 0) -> str:
    """A moment of one afternoon, long ago."""
    return f"2026-05-23T{12 + minute // 60:02}:{minute % 60:02}:{second:02}Z"


def contact(number: int, **more: Any) -> Json:
    person = {"id": f"con_{number}", "email": f"visitor{number}@example.com", "name": f"Visitor {number}"}
    return {**person, "conversation_count": 1, "last_seen_at": at(number % 300), **more}


def message(id: str, content: str = "Hello", *, minute: int = 0, sender: str = "visitor", **more: Any) -> Json:
    return {"id": id, "sender_type": sender, "content": content, "created_at": at(minute), **more}


def conversation(id: str, visitor: Json | None = None, *, minute: int = 0, **more: Any) -> Json:
    last = {"content": "Hello", "sender_type": "visitor", "at": at(minute)}
    about = {"status": "open", "unread_count": 1, "visitor": visitor, "last_message": last, "updated_at": at(minute)}
    return {"object": "conversation", "id": id, **about, **more}


def identified(id: str = "evt_1", /, **data: Any) -> Json:
    return {"id": id, "type": "visitor.identified", "organization_id": "org_1", "created_at": at(5), "data": data}


def knock(connection: Connection, event: Json, *, secret: str = SECRET, aged: float = 0, **headers: str | None) -> Any:
    """muro's request with this event. headers: written otherwise, or left out (None); `_` stands for `-`."""
    body = json.dumps(event).encode()
    sent = headers_of(event, body, secret, int(time.time() - aged))
    sent |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    for name in (name.replace("_", "-") for name, value in headers.items() if value is None):
        sent.pop(name)
    return post(connection, body, sent)


def post(connection: Connection, body: bytes, headers: dict[str, str]) -> Any:
    path = urlsplit(connecting.hook_url(connection)).path
    return Client().post(path, body, content_type="application/json", headers=headers)


def tell(connection: Connection, event: Json) -> InboundEvent:
    """The event, after muro delivered it and it was handled."""
    assert knock(connection, event).status_code == 200
    processing.work_off()
    return InboundEvent.objects.get(connection=connection, key=str(event["id"]))
