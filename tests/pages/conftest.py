"""A browser, people signed in to it, and something for them to look at."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.core.signals import request_finished, request_started
from django.test import Client as Browser
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from deals import actions as deals
from deals.models import Deal
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.arrivals import judged, write_in
from tests.cast import acting
from tests.live_site import LiveSite

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 360, "height": 740}


@pytest.fixture(scope="session", autouse=True)
def _answers_are_sent_at_once() -> Iterator[None]:
    """Head and body of an answer are two writes, and the kernel holds the second for 40 ms until the first is
    acknowledged: for each of the eighty files of a page."""
    with patch.object(WSGIRequestHandler, "disable_nagle_algorithm", True):
        yield


Opens = Callable[..., Page]


@pytest.fixture
def opens(chromium: Chromium, live_server: LiveServer) -> Iterator[Opens]:
    """`opens(agent, "/inbox")`: the page as that person sees it, in a browser of their own. Whatever it complains about
    fails the test, but for the status of an answer, which a test of a refusal provokes."""
    with opening(chromium, live_server.url) as make:
        yield make


@pytest.fixture
def live_site(transactional_db: None) -> Iterator[LiveSite]:
    """Parley served by uvicorn, so that streams stay open. A test may `stop` and `start` it."""
    made = LiveSite()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def opens_live(chromium: Chromium, live_site: LiveSite) -> Iterator[Opens]:
    """As `opens`, on a site that tells its browsers what happens while it happens: for two who work at once."""
    with opening(chromium, live_site.url) as make:
        yield make


class Browsing:
    """Browsers of several people, what these complain about and what they wait for."""

    def __init__(self, chromium: Chromium, url: str, forgiven: tuple[str, ...]) -> None:
        self.chromium, self.url, self.forgiven = chromium, url, forgiven
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []
        self.asked: set[Request] = set()

    def open(self, who: Membership | None, path: str, **options: object) -> Page:
        context = self.chromium.new_context(**{"viewport": WIDE, **options})  # type: ignore[arg-type]
        self.contexts.append(context)
        context.on("request", self.begun)
        context.on("requestfinished", self.ended)
        context.on("requestfailed", self.ended)
        if who is not None:
            value = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url}])
        context.on("page", self.watch)
        page = context.new_page()
        page.goto(self.url + path)
        return page

    def watch(self, page: Page) -> None:
        page.set_default_timeout(60_000)  # a machine that is busy is no fault
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in self.forgiven):
            self.complaints.append(message.text)

    def begun(self, request: Request) -> None:
        if request.resource_type != "eventsource":  # which is never done
            self.asked.add(request)

    def ended(self, request: Request) -> None:
        self.asked.discard(request)

    def close(self) -> None:
        for context in self.contexts:
            _let_finish(context, self.asked)
            context.close()


@contextmanager
def opening(chromium: Chromium, url: str, *forgiven: str) -> Iterator[Opens]:
    """What makes `opens` of a site. forgiven: parts of complaints that a test provokes."""
    browsing = Browsing(chromium, url, ("status of 4", *forgiven))
    with Requests() as at_work:
        yield browsing.open
        browsing.close()
        at_work.wait_until_done()
    assert browsing.complaints == []


class Requests:
    """Those that the server in this process is at work on: what a page says while it is left is answered after it is
    gone, and would write into the next test."""

    def __init__(self) -> None:
        self.open, self.lock = 0, threading.Lock()

    def __enter__(self) -> Self:
        request_started.connect(self._begun)
        request_finished.connect(self._ended)
        return self

    def __exit__(self, *_: object) -> None:
        request_started.disconnect(self._begun)
        request_finished.disconnect(self._ended)

    def _begun(self, **_: object) -> None:
        with self.lock:
            self.open += 1

    def _ended(self, **_: object) -> None:
        with self.lock:
            self.open -= 1

    def wait_until_done(self) -> None:
        deadline, quiet = time.monotonic() + 10, 0
        while quiet < 3 and time.monotonic() < deadline:
            quiet = 0 if self.open > 0 else quiet + 1
            time.sleep(0.02)


def _let_finish(context: BrowserContext, asked: set[Request]) -> None:
    """Until the pages have their answers: a request that is still at work would write into the next test."""
    deadline = time.monotonic() + 10
    while asked and context.pages and time.monotonic() < deadline:
        context.pages[0].wait_for_timeout(10)


def signed_in(who: Membership) -> Browser:
    browser = Browser()
    browser.force_login(who.user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture
def browse() -> Callable[[Membership], Browser]:
    """`browse(agent)`: that person's requests, without a real browser and so without scripts."""
    return signed_in


def wrote(workspace: Workspace, client: Client | None, name: str, body: str, intent: Intent | None) -> Conversation:
    """Somebody wrote by e-mail, and it was read as `intent`."""
    address = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    message = write_in(
        system(workspace, "test"), body, sender=address, subject=f"From {name.split(maxsplit=1)[0]}", name=name,
        client_id=client.pk if client else None,
    )  # fmt: skip
    if intent:
        judged(message, intent)
    return Conversation.objects.get(pk=message.conversation_id)


@pytest.fixture
def priya(workspace: Workspace, harbour: Client) -> Conversation:
    return wrote(workspace, harbour, "Priya Patel", "Yes, we would like to see a demo.", Intent.INTERESTED)


@pytest.fixture
def tom(workspace: Workspace, harbour: Client) -> Conversation:
    return wrote(workspace, harbour, "Tom Tanner", "What does it cost for twelve people?", Intent.QUESTION)


@pytest.fixture
def bread(priya: Conversation, owner: Membership) -> Deal:
    """Priya's deal, in the column New."""
    return deals.create(actor=acting(owner), conversation_id=priya.pk, title="Bread for 1,250", value=125_000)
