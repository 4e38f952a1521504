"""The cast, for every room's tests. What each of them may see and do is the point of many a test."""

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings as examples
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect, sync_playwright
from pytest_django import DjangoDbBlocker

from accounts.actors import Actor
from accounts.models import Membership, Role, Workspace
from clients.models import Client
from crm.boot.testing import browser_path
from tests import cast
from tests.static_files import kept_static_files

# No example has to be done within a fifth of a second: a machine that is busy is no fault.
examples.register_profile("parley", examples(), deadline=None)
examples.load_profile("parley")

# What a test left behind may still be at work, a page's last request say: it is waited for, at most five seconds, since
# it would meet the emptying in a deadlock or write into the next test.
ALONE = """
DO $$ BEGIN
    FOR attempt IN 1..500 LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN NOT EXISTS (
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND backend_type = 'client backend' AND state <> 'idle'
        );
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;
"""


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_after_a_test_that_commits() -> Iterator[None]:
    """Row by row and with all triggers off, as history refuses to be emptied: twenty times as fast as TRUNCATE, which
    makes every table and every index anew."""

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
        emptied = [f"DELETE FROM {self.quote_name(table)};" for table in tables]
        return [ALONE, "SET LOCAL session_replication_role = 'replica';", *emptied]

    with patch.object(DatabaseOperations, "sql_flush", sql_flush):
        yield


@pytest.fixture
def workspace(db: None) -> Workspace:
    """An agency on plan Max."""
    return cast.a_workspace(slug="acme", name="Acme")


@pytest.fixture
def owner(workspace: Workspace) -> Membership:
    return cast.member(workspace, "Olga Owner", Role.OWNER)


@pytest.fixture
def admin(workspace: Workspace) -> Membership:
    return cast.member(workspace, "Adam Admin", Role.ADMIN)


@pytest.fixture
def agent(workspace: Workspace) -> Membership:
    return cast.member(workspace, "Anna Agent")


@pytest.fixture
def harbour(workspace: Workspace) -> Client:
    return cast.a_client(workspace=workspace, name="Harbour Bakery")


@pytest.fixture
def meadow(workspace: Workspace) -> Client:
    return cast.a_client(workspace=workspace, name="Meadow Dairy")


@pytest.fixture
def other_client_agent(workspace: Workspace, meadow: Client) -> Membership:
    """An agent who sees only the other client, Meadow Dairy."""
    return cast.member(workspace, "Mina Meadow", clients=[meadow])


@pytest.fixture
def viewer(workspace: Workspace, harbour: Client) -> Membership:
    """Somebody of Harbour Bakery, who looks on."""
    return cast.member(workspace, "Hal Harbour", Role.VIEWER, clients=[harbour])


@pytest.fixture
def outsider(db: None) -> Membership:
    """The owner of another workspace."""
    return cast.member(cast.a_workspace(slug="elsewhere", name="Elsewhere"), "Otto Outsider", Role.OWNER)


@pytest.fixture
def api(workspace: Workspace) -> cast.Api:
    """`api()` calls with a key of the workspace; `api(scopes=["crm:read"])`, `api(client=harbour)`, `api(workspace=…)`
    with such a key; `api(person=agent)` with that person's session; `api(key=None)` with nothing."""

    def make(
        *, person: Membership | None = None, key: Any = ..., workspace: Workspace = workspace, **key_options: Any
    ) -> cast.Caller:
        if person is None and key is ...:
            key = cast.key_of(workspace, **key_options)
        return cast.caller(key if key is not ... else None, person=person)

    return make


@pytest.fixture
def actor(workspace: Workspace) -> cast.Acting:
    """`actor(agent)`: the member, acting. `actor()`: Parley itself in the workspace."""

    def make(who: Membership | Workspace = workspace) -> Actor:
        return cast.acting(who)

    return make


# Switched off in Chromium: pages of its own that it makes an address bar of, in every new window, at several times what
# the page under test costs; and what Playwright switches off, since only the last such list counts.
SWITCHED_OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """One for all rooms: Playwright runs once in a process."""
    # Playwright's event loop runs in this thread, and Django takes any loop for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright, kept_static_files():
        expect.set_options(timeout=15_000)  # a machine that is busy is no fault
        browser = playwright.chromium.launch(
            executable_path=browser_path(),
            args=["--no-sandbox", f"--disable-features={','.join(SWITCHED_OFF)}"],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_left(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Whoever still holds a session when all tests are over, a thread of a server say, would keep the database."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
