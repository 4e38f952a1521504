"""Who sees what of a connection; and that nobody is ever shown a secret."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Role, Workspace
from clients.models import Client
from integrations.models import Connection, InboundEvent, Push
from tests.cast import member
from tests.integrations.pages.conftest import Browse, connected

READS = ("", "/batches")
ADMINS = ("/setup", "/events", "/events/{event}", "/sent", "/sent/{push}", "/settings", "/address", "/disconnect")
VERBS = (
    "/compare", "/check", "/events/replay", "/events/{event}/replay", "/sent/replay", "/sent/{push}/replay", "/pause",
    "/resume", "/address/renew", "/disconnect", "/settings",
)  # fmt: skip


def of(connection: Connection, path: str) -> str:
    event = InboundEvent.objects.filter(connection=connection).first()
    push = Push.objects.filter(connection=connection).first()
    found = path.format(event=event.pk if event else connection.pk, push=push.pk if push else connection.pk)
    return f"/settings/connections/{connection.pk}{found}"


def statuses(browser: Browser, connection: Connection) -> set[int]:
    reads = [browser.get(of(connection, path)).status_code for path in (*READS, *ADMINS)]
    return {*reads, *(browser.post(of(connection, path)).status_code for path in VERBS)}


def state(connection: Connection) -> list[object]:
    rows: list[Any] = [Connection.objects.filter(pk=connection.pk), InboundEvent.objects.all(), Push.objects.all()]
    return [list(one.order_by("pk").values()) for one in rows]


@pytest.mark.parametrize("who", ["other_client_agent", "outsider"])
def test_behind_the_wall_there_is_no_such_connection(
    browse: Browse, request: pytest.FixtureRequest, busy: Connection, who: str
) -> None:
    browser, before = browse(request.getfixturevalue(who)), state(busy)
    assert statuses(browser, busy) == {404}
    assert "Bandung" not in browser.get("/settings/connections").content.decode()
    assert state(busy) == before


def test_an_admin_of_another_client_finds_nothing(
    browse: Browse, workspace: Workspace, meadow: Client, busy: Connection
) -> None:
    browser = browse(member(workspace, "Mara Meadow", Role.ADMIN, clients=[meadow]))
    assert statuses(browser, busy) == {404}
    assert "Bandung" not in browser.get("/settings/connections").content.decode()


def test_an_agent_sees_how_it_stands_and_nothing_more(browse: Browse, agent: Membership, busy: Connection) -> None:
    browser, before = browse(agent), state(busy)
    assert {browser.get(of(busy, path)).status_code for path in READS} == {200}
    assert {browser.get(of(busy, path)).status_code for path in ADMINS} == {403}
    assert {browser.post(of(busy, path)).status_code for path in VERBS} == {403}
    assert "Bandung" in browser.get("/settings/connections").content.decode()
    assert state(busy) == before


def test_an_agent_cannot_connect_anything(browse: Browse, agent: Membership, busy: Connection) -> None:
    browser = browse(agent)
    for path in ("/settings/connections/new", "/settings/connections/new/every"):
        assert browser.get(path).status_code == 403
    assert browser.post("/settings/connections/new/every", {"setting-api_key": "x"}).status_code == 403
    assert Connection.objects.count() == 1


def test_a_clients_viewer_sees_no_connection(browse: Browse, viewer: Membership, busy: Connection) -> None:
    browser = browse(viewer)
    assert browser.get("/settings/connections").status_code == 403
    assert statuses(browser, busy) == {403}
    assert "/settings/connections" not in browser.get("/settings").content.decode()


def pages(browser: Browser, connection: Connection) -> Iterator[tuple[str, str]]:
    """Every page and part of one connection, and of all."""
    shared = ("/settings/connections", "/settings/connections/new", "/settings/connections/new/every", "/today")
    for path in (*shared, *(of(connection, each) for each in (*READS, *ADMINS))):
        for headers in ({}, {"HX-Request": "true"}):
            yield path, browser.get(path, headers=headers).content.decode()


@pytest.mark.parametrize("who", ["owner", "agent"])
def test_no_page_shows_a_secret(
    browse: Browse, request: pytest.FixtureRequest, busy: Connection, secrets: tuple[str, ...], who: str
) -> None:
    browser = browse(request.getfixturevalue(who))
    *stored, token = secrets
    for path, shown in pages(browser, busy):
        assert [one for one in stored if one in shown] == [], path
        if not path.endswith("/setup"):
            assert token not in shown, path


def test_the_address_is_on_the_setup_page_alone(browse: Browse, owner: Membership, busy: Connection) -> None:
    assert f"/hooks/every/{busy.secrets['token']}" in browse(owner).get(of(busy, "/setup")).content.decode()


def test_a_payload_is_text_whatever_it_holds(browse: Browse, owner: Membership, busy: Connection) -> None:
    event = InboundEvent.objects.get(key="evt_dead")
    shown = browse(owner).get(of(busy, f"/events/{event.pk}")).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
    assert "<b>bold" not in shown


def test_a_connection_that_is_gone_is_not_there(browse: Browse, owner: Membership, busy: Connection) -> None:
    browser = browse(owner)
    assert browser.post(of(busy, "/disconnect"), {"name": "Bandung"}).status_code == 303
    assert statuses(browser, busy) == {404}


def test_events_of_another_connection_are_not_found_under_this_one(
    browse: Browse, owner: Membership, busy: Connection
) -> None:
    other = connected(owner, name="Jakarta").connection
    event, push = InboundEvent.objects.first(), Push.objects.first()
    assert event is not None
    assert push is not None
    browser, there = browse(owner), f"/settings/connections/{other.pk}"
    for path in (f"/events/{event.pk}", f"/sent/{push.pk}"):
        assert browser.get(there + path).status_code == 404
        assert browser.post(f"{there}{path}/replay").status_code == 404


def test_where_the_key_is_lost_it_says_so(browse: Browse, owner: Membership, busy: Connection, settings: Any) -> None:
    settings.CREDENTIALS_KEYS = ["MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]
    browser = browse(owner)
    assert browser.get(of(busy, "")).status_code == 200
    answer = browser.get(of(busy, "/settings"))
    assert (answer.status_code, "PARLEY_CREDENTIALS_KEYS" in answer.content.decode()) == (409, True)
