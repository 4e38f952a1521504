"""A connection to the plainest system, and its address."""

import pytest

from accounts.models import Membership
from integrations import registry
from integrations.connecting import Opened, connect
from tests.cast import acting
from tests.integrations.plain import Plain


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Plain:
    system = Plain()
    monkeypatch.setitem(registry.systems(), "plain", system)
    return system


@pytest.fixture
def opened(plain: Plain, owner: Membership) -> Opened:
    return connect(actor=acting(owner), system="plain", settings={"api_key": "plain-key-123"})
