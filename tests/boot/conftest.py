import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boot.installation import Installation


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are collected once for all installations under test."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def installation(tmp_path: Path, collected: Path) -> Iterator[Installation]:
    """One that nobody has started yet. Whatever a failing test left running is ended."""
    fresh = Installation(tmp_path / "parley", collected)
    yield fresh
    fresh.end_all()


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Installation]:
    """One that has been up before, shared by the tests that care about later starts."""
    before = Installation(tmp_path_factory.mktemp("used") / "parley", collected)
    first = before.up()
    first.end(signal.SIGTERM)
    before.first_said = first.said()
    yield before
    before.end_all()


@pytest.fixture
def first_said(used: Installation) -> str:
    """What its first start said."""
    return used.first_said


@pytest.fixture
def used_installation(used: Installation) -> Iterator[Installation]:
    yield used
    used.end_all()
