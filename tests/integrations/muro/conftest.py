from collections.abc import Iterator

import pytest

from accounts.models import Membership
from integrations import connecting
from integrations.models import Connection
from tests import cast
from tests.integrations.muro.control import KEY, SECRET, StandIn


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    process = StandIn()
    yield process
    process.stop()


@pytest.fixture
def muro(stand_in: StandIn) -> StandIn:
    """muro, with nobody in it."""
    stand_in.tell("reset")
    return stand_in


@pytest.fixture
def connection(muro: StandIn, admin: Membership) -> Connection:
    """The workspace's own account at muro."""
    given = {"base_url": muro.api, "api_key": KEY, "webhook_secret": SECRET}
    return connecting.connect(actor=cast.acting(admin), system="muro", settings=given).connection
