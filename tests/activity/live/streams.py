"""A reader of `/live` as a browser is one, but for what it does with it."""

import http.client
import json
import socket
import time
from typing import Any, NamedTuple, Protocol, Self

from django.conf import settings

from accounts.models import Membership
from tests.pages.conftest import signed_in

PATIENCE = 30


class Site(Protocol):
    port: int


class Told(NamedTuple):
    event: str
    id: str | None
    data: Any
    raw: str


class Stream:
    def __init__(self, site: Site, who: Membership | None, path: str = "/live", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
        cookie = {"Cookie": cookie_of(who)} if who else {}
        self.connection.request("GET", path, headers={**cookie, **headers})
        self.answer = self.connection.getresponse()
        self.last: str | None = None

    def next(self) -> Told | None:
        """The next thing told, pings too; None at the end."""
        fields: dict[str, str] = {}
        raw = ""
        while line := self.answer.readline().decode():
            raw += line
            if line == "\n":
                self.last = fields.get("id") or self.last
                data = fields.get("data")
                return Told(fields.get("event", "message"), fields.get("id"), json.loads(data) if data else None, raw)
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        return None

    def until(self, event: str) -> list[Told]:
        """What is told before the next `event`."""
        told = []
        while (one := self.next()) and one.event != event:
            told.append(one)
        assert one is not None, "the stream ended"
        return told

    def take(self, count: int) -> list[Told]:
        """The next `count` events or announcements."""
        told: list[Told] = []
        until = time.monotonic() + PATIENCE
        while len(told) < count:
            one = self.next()
            assert one is not None, "the stream ended"
            assert time.monotonic() < until, "the stream is alive and says nothing"
            if one.event in ("message", "announced"):
                told.append(one)
        return told

    def close(self) -> None:
        if self.connection.sock:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cookie_of(who: Membership) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={signed_in(who).cookies[name].value}"
