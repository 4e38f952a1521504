"""Kirim, started once for all tests and emptied for each; and a connection to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from activity.consumers import consume_all
from integrations import processing, pushing
from integrations.base import Connected
from integrations.connecting import connect
from integrations.models import Connection, InboundEvent, Push
from tests.arrivals import wait_until_readable
from tests.cast import acting
from tests.integrations.kirim.stand_in import StandIn

PRIYA = "+6281234567890"


@pytest.fixture(scope="session")
def _kirim() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def kirim(_kirim: StandIn) -> StandIn:
    _kirim.reset()
    _kirim.arrange(limits={"reads": 10_000, "writes": 10_000})
    return _kirim


@pytest.fixture
def connected(kirim: StandIn, owner: Membership) -> Connected:
    """A connection of the workspace to the oldest generation."""
    opened = connect(actor=acting(owner), system="kirim", settings=kirim.settings())
    return Connected(Connection.objects.select_related("workspace", "client").get(pk=opened.connection.pk))


@pytest.fixture
def us(workspace: Workspace, agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def door(kirim: StandIn, connected: Connected, live_server: LiveServer) -> StandIn:
    """Kirim, whose webhooks come to the connection over real HTTP."""
    path = reverse("integrations:hook", args=["kirim", connected.connection.secrets["token"]])
    kirim.arrange(target=f"{live_server.url}{path}")
    return kirim


def settle() -> None:
    """What workers do until nothing is left that could be done now; what waits for quiet is taken up at once."""
    while True:
        wait_until_readable()
        done = processing.work_off() + consume_all()
        Push.objects.filter(state=Push.State.WAITING, attempts=0).update(due_at=timezone.now())
        if not done + pushing.work_off():
            return


Both = Callable[[], Any]


@pytest.fixture
def both(door: StandIn) -> Both:
    """`both()`: whatever waits anywhere arrives and is done, at both sides, until it is quiet."""

    def quiet() -> None:
        while door.deliver():
            settle()
        settle()

    return quiet


def outcomes() -> list[tuple[str, str, str]]:
    rows = InboundEvent.objects.order_by("arrived_at", "id")
    return list(rows.values_list("type", "state", "outcome"))
