"""Somebody elsewhere who listens: a real HTTP server that keeps what it was told and answers as it is asked to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from tests.cast import acting
from webhooks import endpoints
from webhooks.models import Endpoint


@dataclass
class Receiver:
    """heard: headers and body; told: path and body. answers: (status, headers) for the next requests, in turn; then
    204."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    told: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.told.append((self.path, body))
            receiver.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        receiver.url = f"http://127.0.0.1:{listening.server_port}/hook?key=s3cret"
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield receiver
        listening.shutdown()
        thread.join()


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


@pytest.fixture
def endpoint(us: Actor, receiver: Receiver) -> Endpoint:
    """Told of everything in the workspace."""
    return endpoints.create(actor=us, url=receiver.url)
