"""A log with readers of its own: what the product's reactions do is no matter here."""

from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.actors import Actor, system
from accounts.models import Workspace
from activity import consumers, log
from activity.consumers import Reader, reaction
from activity.models import Event
from activity.types import EventType
from clients.models import Client

Happen = Callable[..., Event]
Listen = Callable[..., Reader]


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reader]:
    """The readers there are: none yet."""
    known: dict[str, Reader] = {}
    monkeypatch.setattr("activity.consumers.READERS", known)
    return known


@pytest.fixture
def listen(readers: dict[str, Reader]) -> Listen:
    """`listen(handler)` reads client.created; `name` and `switchable` as wanted."""

    def register(handler: consumers.Handler, *, name: str = "note", switchable: bool = True) -> Reader:
        reaction(name, EventType.CLIENT_CREATED, title="Note it.", switchable=switchable)(handler)
        return readers[name]

    return register


@pytest.fixture
def happen(workspace: Workspace, harbour: Client) -> Happen:
    """`happen()` records a client.created, or an event of another type, and commits it."""
    actor: Actor = system(workspace, "test")

    def make(type: EventType = EventType.CLIENT_CREATED, **payload: object) -> Event:
        with transaction.atomic():
            return log.record(actor, type, harbour, client=harbour.pk, **payload)

    return make
