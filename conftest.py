"""What every test stands on, in whichever room. The cast (workspaces, people, keys) lives in tests/conftest.py."""

import gc
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests.template import template

# They start the whole of Parley again and again: side by side they would only wait for each other.
TOGETHER = ("tests/boot/test_up.py", "tests/boot/test_postgres.py")
# What each of these loads or trains for all its tests takes longer than they do: two workers would do it twice.
LOADED_ONCE = ("tests/demo/test_loading.py", "tests/inbox/intents/test_training.py", "tests/pages/test_weight.py")


class Together(LoadScopeScheduling):
    """Each test wherever there is room, but these on one worker. (xdist's own groups do nothing under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return "together"
        return nodeid.partition("::")[0] if nodeid.startswith(LOADED_ONCE) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not go through it each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copying a migrated database takes a moment; migrating one takes most of a minute."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template()
