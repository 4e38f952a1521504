"""The world that all tests here ask about: built once and committed, since the log is read only up to what is open."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.arrivals import wait_until_readable
from tests.walls.asking import fingerprints
from tests.walls.world import World, build_world


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        made = build_world()
        wait_until_readable()
        made.prints = fingerprints()
        yield made
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
