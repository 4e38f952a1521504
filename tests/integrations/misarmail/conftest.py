"""Two Parleys: `here`, the one under test, and `there`, with a database of its own. Each has a web process. And
MisarMail's stand-in, which a workspace is connected with."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.db import connection as database
from pytest_django import DjangoDbBlocker

from accounts.models import Workspace
from integrations.connecting import Opened, connect
from integrations.models import Connection
from tests import cast
from tests.boot.installation import PROJECT
from tests.integrations.misarmail.parleys import Parley
from tests.integrations.misarmail.stand_in import KEY
from tests.ports import free_port
from tests.template import dropped, fresh_database


def _folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    return tmp_path_factory.mktemp(name)


@pytest.fixture(scope="session")
def there(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parley]:
    with django_db_blocker.unblock():
        named = fresh_database(f"{database.settings_dict['NAME']}_there")
        parley = Parley(named, _folder(tmp_path_factory, "there"))
        parley.start()
    yield parley
    parley.stop()
    with django_db_blocker.unblock():
        dropped(named)


@pytest.fixture(scope="session")
def here(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parley]:
    with django_db_blocker.unblock():
        parley = Parley(database.settings_dict["NAME"], _folder(tmp_path_factory, "here"))
        parley.start()
    yield parley
    parley.stop()


class StandIn:
    """MisarMail itself, as a process. `load` what it holds; then it is asked, and tells what it was asked."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/mail/v1"
        self._http = httpx2.Client(base_url=f"http://127.0.0.1:{port}/_control", timeout=60)

    def close(self) -> None:
        self._http.close()

    def load(self, **state: Any) -> None:
        self._http.post("/state", json=state).raise_for_status()

    def fails(self, *failures: dict[str, Any]) -> None:
        """The next requests; an empty one goes well."""
        self._http.post("/next", json=list(failures)).raise_for_status()

    def refill(self) -> None:
        """A new minute has begun."""
        self._http.post("/refill", json={}).raise_for_status()

    @property
    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get("/calls").json()["calls"]
        return found

    @property
    def conversations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get("/calls").json()["conversations"]
        return found


@pytest.fixture(scope="session")
def process() -> Iterator[StandIn]:
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "--factory", "tests.integrations.misarmail.stand_in:app"]
    started = subprocess.Popen([*words, "--port", str(port), "--log-level", "warning"], cwd=PROJECT)
    made = StandIn(port)
    until = time.monotonic() + 60
    while True:
        assert started.poll() is None
        assert time.monotonic() < until
        try:
            made.load()
            break
        except httpx2.HTTPError:
            time.sleep(0.02)
    yield made
    made.close()
    started.terminate()
    started.wait(60)


@pytest.fixture
def misarmail(process: StandIn) -> StandIn:
    process.load()
    return process


@pytest.fixture
def opened(workspace: Workspace, misarmail: StandIn) -> Opened:
    settings = {"base_url": misarmail.base_url, "api_key": KEY, "webhook_secret": "whsec_test"}
    return connect(actor=cast.acting(workspace), system="misarmail", settings=settings)


@pytest.fixture
def connection(opened: Opened) -> Connection:
    return opened.connection
