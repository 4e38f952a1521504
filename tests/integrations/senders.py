"""Systems that knock at our doors, and what Parley then does about it."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.test import Client as Browser

from accounts import actors
from accounts.models import Workspace
from clients.models import Client
from integrations import connecting, processing
from integrations.models import Connection, InboundEvent
from tests.arrivals import follow_up_on_everything


@dataclass
class Sender:
    """One outside account, connected. `shown`: the secrets that were made for it."""

    connection: Connection
    hook_path: str
    shown: dict[str, str] = field(default_factory=dict)

    def post(self, payload: Any, *, content_type: str = "application/json") -> Any:
        """What the hook answers to `payload`, or to bytes as they are."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return Browser(raise_request_exception=True).post(self.hook_path, raw, content_type=content_type)

    def send(self, *payloads: Any) -> list[Any]:
        """Post each, handle all that came, and return the answers."""
        answers = [self.post(payload) for payload in payloads]
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        handle()
        return [answer.json() for answer in answers]

    @property
    def events(self) -> list[InboundEvent]:
        return list(InboundEvent.objects.filter(connection=self.connection).order_by("arrived_at", "id"))


def connect(system: str, workspace: Workspace, client: Client | None = None, **settings: Any) -> Sender:
    opened = connecting.connect(
        actor=actors.system(workspace, "test"), system=system, client_id=client.pk if client else None,
        settings=settings,
    )  # fmt: skip
    return Sender(opened.connection, urlsplit(opened.hook_url).path, dict(opened.shown_once))


def handle() -> None:
    """What a worker does, until nothing is left."""
    while processing.work_off():
        pass


def react() -> None:
    handle()
    follow_up_on_everything()
