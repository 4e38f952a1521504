"""A system that has a setting of every kind, secrets that are easily recognised, and something of everything."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership, Workspace
from clients.models import Client
from integrations import registry
from integrations.base import Connected, Failed, Field, Forged, Hook, Item
from integrations.connecting import Opened, connect
from integrations.doors import json_of
from integrations.models import Connection, InboundEvent, Push, SyncRun
from tests.cast import acting
from tests.integrations.plain import Plain
from tests.pages.conftest import live_site, opens, opens_live, signed_in

__all__ = ["live_site", "opens", "opens_live"]

Browse = Callable[[Membership], Browser]
SECRETS = ("planted-api-key-4711", "planted-signing-4712", "planted-made-4713")


class Every(Plain):
    key = "every"
    title = "Everyone’s Chat"
    summary = "Chats of your website, both ways."
    icon = "chat-bubble-left-right"
    steps = (
        "Open Settings, then Webhooks.",
        "Paste {hook_url} and choose every event.",
        "Its API lives at https://every.example.com/v1.",
    )
    fields: Any = (
        Field("base_url", "Address", "Where its API is.", kind="url", default="https://every.example.com/v1"),
        Field("api_key", "API key", "Begins with ek_.", secret=True, required=True),
        Field("signing", "Signing secrets", kind="lines", secret=True),
        Field("auth_key", "Auth key", secret=True, generated=lambda: SECRETS[2]),
        Field("limit", "Most at once", kind="number", default=100),
        Field("opens_deals", "Open a deal for each", kind="flag", default=True),
        Field("edition", "Edition", kind="choice", choices=(("new", "New"), ("old", "Old")), default="new"),
        Field("labels", "Labels", "Theirs and yours.", kind="map"),
        Field("folders", "Folders", kind="lines"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.wrong = ""

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        if hook.headers.get("x-every") != connected.secrets["auth_key"]:
            raise Forged("wrong")
        return [Item(str(one["id"]), str(one["type"]), one) for one in json_of(hook.body)["events"]]

    def check(self, connected: Connected) -> str:
        if self.wrong:
            raise Failed(self.wrong)
        return "It answers, and the key works."


@pytest.fixture
def every(monkeypatch: pytest.MonkeyPatch) -> Every:
    system = Every()
    monkeypatch.setitem(registry.systems(), "every", system)
    return system


@pytest.fixture
def browse() -> Browse:
    return signed_in


def connected(who: Membership, client: Client | None = None, name: str = "Bandung") -> Opened:
    settings = {"api_key": SECRETS[0], "signing": SECRETS[1], "labels": "vip=Important"}
    return connect(
        actor=acting(who), system="every", name=name, client_id=client.pk if client else None, settings=settings
    )


@pytest.fixture
def bandung(every: Every, owner: Membership, harbour: Client) -> Connection:
    """Harbour Bakery's account."""
    return connected(owner, harbour).connection


@pytest.fixture
def secrets(bandung: Connection) -> tuple[str, ...]:
    """All that no page may show, the last the token of its address."""
    return (*SECRETS, str(bandung.secrets["token"]))


def an_event(connection: Connection, key: str = "evt_1", **fields: Any) -> InboundEvent:
    given: dict[str, Any] = {"type": "contact.updated", "payload": {"name": "Priya"}, "due_at": timezone.now()}
    return InboundEvent.objects.create(
        workspace=connection.workspace, connection=connection, key=key, **{**given, **fields}
    )


def a_push(connection: Connection, subject: Any, **fields: Any) -> Push:
    now = timezone.now()
    given: dict[str, Any] = {"kind": "bulk_label", "due_at": now, "wished_at": now}
    return Push.objects.create(
        workspace=connection.workspace, connection=connection, subject_id=subject, **{**given, **fields}
    )


def a_run(connection: Connection, **fields: Any) -> SyncRun:
    given: dict[str, Any] = {"due_at": timezone.now(), "state": SyncRun.State.DONE, "done_at": timezone.now()}
    counts = {"contacts": {"seen": 250, "new": 3, "changed": 1, "same": 246, "missing": 7, "failed": 0, "total": 500}}
    return SyncRun.objects.create(
        workspace=connection.workspace, connection=connection, **{**given, "counts": counts, **fields}
    )


@pytest.fixture
def busy(bandung: Connection, workspace: Workspace, secrets: tuple[str, ...]) -> Connection:
    """Everything has happened to it, and every word of the other side quotes our secrets."""
    said = " ".join(secrets)
    quoted = {"echo": said, "<b>bold</b>": {"deep": [said]}}
    dead = {"state": InboundEvent.State.DEAD, "last_error": f"No: {said}", "attempts": 8}
    an_event(bandung, "evt_done", state="done", done_at=timezone.now(), outcome=f"Saved {said}", payload=quoted)
    an_event(bandung, "evt_dead", payload=quoted, **dead)
    an_event(bandung, "evt_late", attempts=2, last_error=f"Later: {said}", due_at=timezone.now() + timedelta(hours=1))
    run = a_run(bandung, state="dead", last_error=f"Stopped: {said}")
    an_event(bandung, "evt_batch", via="batch", run=run, type="message.sent")
    for number in range(2):
        a_push(bandung, workspace.pk, state="dead", last_error=f"No: {said}", kind=f"kind{number}")
    a_push(bandung, workspace.pk, state="done", outcome=f"847 applied, 12 skipped {said}", params={"of": said})
    Connection.objects.filter(pk=bandung.pk).update(refused_count=3, refused_at=timezone.now())
    return bandung
