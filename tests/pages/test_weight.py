"""What the pages of the demo weigh over the wire, from the very server that people install."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from pytest_django import DjangoDbBlocker

from tests.boot.installation import Installation
from tests.template import database_url, dropped, fresh_database

pytestmark = pytest.mark.browser

KB = 1000
FIRST, AGAIN = 200 * KB, 30 * KB
PAGES = {
    "inbox": "/inbox",
    "all of the inbox": "/inbox?split=all",
    "board": "/board",
    "contacts": "/contacts",
    "today": "/today",
    "search": "/search?q=offer",
    "saved views": "/views",
    "runs": "/runs",
}
# Found by following the first link of this kind; of threads, which differ most, the heaviest.
INSIDE = {
    "thread": ("/inbox?split=all", r"/inbox/[0-9a-f-]{36}"),
    "deal": ("/board", r"/board/deals/[0-9a-f-]{36}"),
    "contact": ("/contacts", r"/contacts/[0-9a-f-]{36}"),
}


@dataclass
class Wire:
    """What came over it: bytes as they were sent, and the answers' headers by address."""

    weight: int = 0
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """One of its own, migrated: its address."""
    with django_db_blocker.unblock():
        name = fresh_database(f"{connection.settings_dict['NAME']}_weighed")
        where = database_url(name)
    yield where
    with django_db_blocker.unblock():
        dropped(name)


@pytest.fixture(scope="module")
def parley(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The demo, served as in production. What `up` wrote for whoever waits for it."""
    folder: Path = tmp_path_factory.mktemp("weighed")
    installation = Installation(folder / "parley", folder / "static")
    try:
        for command in ("prepare", "load_demo"):
            done = installation.run(command, DATABASE_URL=database)
            assert done.returncode == 0, done.stderr
        ready = installation.up(DATABASE_URL=database).read_ready()
        yield {**ready, "email": "maya@northlight.example", "password": "demo-parley-2026"}
    finally:
        installation.end_all()


@pytest.fixture(scope="module")
def session(chromium: Chromium, parley: dict[str, Any]) -> Any:
    """Maya's cookies."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{parley['url']}/accounts/login/")
    page.locator("input[name=login]").fill(parley["email"])
    page.locator("input[name=password]").fill(parley["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(inbox|today)"))
    kept = context.storage_state()
    context.close()
    return kept


def listened(context: BrowserContext, page: Page) -> Wire:
    wire = Wire()

    def ended(told: dict[str, Any]) -> None:
        wire.weight += int(told["encodedDataLength"])

    def answered(told: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in told["response"]["headers"].items()}
        wire.headers[told["response"]["url"]] = headers

    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", ended)
    session.on("Network.responseReceived", answered)
    return wire


def weighed(page: Page, wire: Wire, address: str) -> int:
    """What a visit costs. A live stream stays open, so that the network never falls silent: the page says when."""
    before = wire.weight
    page.goto(address, wait_until="load")
    page.evaluate("new Promise((resolve) => requestIdleCallback(resolve))")
    return wire.weight - before


def addresses(page: Page, home: str) -> dict[str, str]:
    found = {name: home + path for name, path in PAGES.items()}
    for name, (path, pattern) in INSIDE.items():
        page.goto(home + path)
        links = page.eval_on_selector_all("a[href]", "(links) => links.map((one) => one.href)")
        inside = [link for link in links if re.search(pattern, link)]
        found[name] = (
            max(inside, key=lambda link: len(page.request.get(link).body())) if name == "thread" else inside[0]
        )
    return found


def test_every_page_is_light_on_a_first_visit_and_lighter_after_that(
    chromium: Chromium, parley: dict[str, Any], session: Any
) -> None:
    scout = chromium.new_context(storage_state=session)
    places = addresses(scout.new_page(), parley["url"])
    scout.close()
    first, again = {}, {}
    for name, address in places.items():
        context = chromium.new_context(storage_state=session)
        page = context.new_page()
        wire = listened(context, page)
        first[name] = weighed(page, wire, address)
        page.goto("about:blank")
        again[name] = weighed(page, wire, address)
        context.close()
    assert {name: weight for name, weight in first.items() if weight >= FIRST} == {}
    assert {name: weight for name, weight in again.items() if weight >= AGAIN} == {}


def test_what_carries_a_digest_is_kept_for_ever_and_pages_are_asked_for_each_time(
    chromium: Chromium, parley: dict[str, Any], session: Any
) -> None:
    context = chromium.new_context(storage_state=session)
    page = context.new_page()
    wire = listened(context, page)
    weighed(page, wire, f"{parley['url']}/inbox")
    static = {url: headers for url, headers in wire.headers.items() if "/static/" in url or "/icons/" in url}
    assert len(static) > 10
    for url, headers in static.items():
        assert re.search(r"[./][0-9a-f]{12}\.(css|js|svg)$", url), url
        assert headers["cache-control"] == "max-age=315360000, public, immutable", url
        assert headers["content-encoding"] == "gzip" or int(headers["content-length"]) < 1_000, url
    html = wire.headers[page.url]
    assert {"private", "no-cache"} <= set(html["cache-control"].split(", "))
    assert html["content-encoding"] == "gzip"
    context.close()


def test_the_style_sheet_comes_as_one(chromium: Chromium, parley: dict[str, Any], session: Any) -> None:
    context = chromium.new_context(storage_state=session)
    page = context.new_page()
    wire = listened(context, page)
    weighed(page, wire, f"{parley['url']}/contacts")
    sheets = [url for url in wire.headers if url.endswith(".css")]
    assert [re.sub(r"^.*/|[0-9a-f]{12}\.", "", url) for url in sheets] == ["parley.css"]
    assert page.evaluate("getComputedStyle(document.querySelector('.rail')).display") != "block"
    context.close()
