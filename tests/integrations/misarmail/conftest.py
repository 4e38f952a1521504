"""Two Parleys: `here`, the one under test, and `there`, with a database of its own. Each has a web process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.integrations.misarmail.parleys import Parley, fresh_database


def _folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    return tmp_path_factory.mktemp(name)


@pytest.fixture(scope="session")
def there(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parley]:
    with django_db_blocker.unblock():
        database = fresh_database(f"{connection.settings_dict['NAME']}_there")
        parley = Parley(database, _folder(tmp_path_factory, "there"))
        parley.start()
    yield parley
    parley.stop()


@pytest.fixture(scope="session")
def here(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parley]:
    with django_db_blocker.unblock():
        parley = Parley(connection.settings_dict["NAME"], _folder(tmp_path_factory, "here"))
        parley.start()
    yield parley
    parley.stop()
