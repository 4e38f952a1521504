"""What every test stands on, in whichever room. The cast (workspaces, people, keys) lives in tests/conftest.py."""

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.template import template


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copying a migrated database takes a moment; migrating one takes most of a minute."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template()
