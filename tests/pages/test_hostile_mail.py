"""A real browser opens every attack, with somebody waiting outside: nothing runs, nothing leaves, nothing moves."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Frame, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from inbox.mail import frame
from inbox.messages import Draft, File, append, lock
from inbox.models import Conversation, Message
from tests.inbox.mail.attacks import ATTACKS, BOMBS, aimed
from tests.pages.conftest import Opens, signed_in
from tests.pages.held import PATIENCE

pytestmark = pytest.mark.browser

# A page of ours that changes nothing by itself: whatever changes on it, a mail did.
CALM = "/nowhere"
# One red pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


class Outside:
    """Whoever connects to it in any way is noted: a request, a TLS greeting, even a bare connection."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            with caller:
                self.heard.append(caller.recv(4096))
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nhere")


@pytest.fixture
def outside() -> Iterator[Outside]:
    waiting = Outside()
    yield waiting
    waiting.listener.close()


@pytest.fixture
def visits(chromium: Chromium, live_server: LiveServer) -> Iterator[Opens]:
    """`visits(agent, "/inbox")`: as `opens`, for a browser that is expected to complain."""
    context = chromium.new_context()

    def make(who: Membership, path: str) -> Page:
        value = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield make
    context.close()


Mails = Callable[..., list[Message]]


@pytest.fixture
def mails(workspace: Workspace, harbour: Client, priya: Conversation) -> Mails:
    """Mails with these layouts, in Priya's conversation."""

    def write(layouts: list[str], files: list[File] | None = None) -> list[Message]:
        drafts = [Draft(direction="inbound", body="Mail", html=html, files=files or []) for html in layouts]
        with transaction.atomic():
            return [append(actor=system(workspace, "test"), conversation=lock(priya), draft=draft) for draft in drafts]

    return write


def watched(page: Page) -> list[str]:
    """What no mail may cause, as it happens."""
    seen: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        seen.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
    page.on("download", lambda download: seen.append(f"download {download.url}"))
    page.on("websocket", lambda websocket: seen.append(f"websocket {websocket.url}"))
    page.on("pageerror", lambda error: seen.append(f"error {error}"))
    page.evaluate("addEventListener('message', (event) => { document.title = `heard ${event.data}` })")
    return seen


FRAMES = """(sources) => Promise.all(sources.map((source) => new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.sandbox = 'allow-popups allow-popups-to-escape-sandbox'
    frame.className = 'message__frame'
    frame.addEventListener('load', () => resolve(source), { once: true })
    frame.src = source
    document.querySelector('main').append(frame)
})))"""
OF_OUR_PAGE = """() => {
    const page = document.documentElement.cloneNode(true)
    page.querySelectorAll('iframe').forEach((frame) => frame.remove())
    return page.outerHTML
}"""
SIZES = """() => {
    const frames = [...document.querySelectorAll('main > iframe')]
    return [...new Set(frames.map((one) => `${one.offsetWidth}x${one.offsetHeight}`))]
}"""


def laid_out(page: Page, messages: list[Message]) -> list[Frame]:
    """Each message in a frame like that of the thread, all at once."""
    page.evaluate(FRAMES, [f"/messages/{message.pk}/html" for message in messages])
    until = time.monotonic() + PATIENCE
    while len(found := [one for one in page.frames if "/messages/" in one.url]) < len(messages):
        assert time.monotonic() < until, "the page has fewer frames than it was given"
        page.wait_for_timeout(20)  # each tells of itself, in its own time
    return found


def test_no_attack_runs_asks_draws_or_changes_anything(
    opens: Opens, agent: Membership, mails: Mails, outside: Outside
) -> None:
    # `opens` fails the test for a violation of the policy too: what is cleaned does not even try.
    messages = mails([aimed(html, outside.host) for html in ATTACKS])
    page = opens(agent, CALM)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    seen, before, home = watched(page), page.evaluate(OF_OUR_PAGE), page.url
    frames = laid_out(page, messages)
    assert len(frames) == len(ATTACKS)
    assert page.evaluate(OF_OUR_PAGE) == before
    assert page.url == home
    assert len(page.evaluate(SIZES)) == 1
    assert seen == []
    assert outside.heard == []
    known = r"/messages/[0-9a-f-]{36}/html$|^data:image/|/static/mark.svg$"
    assert [url for url in asked if not re.search(known, url)] == []
    assert {re.sub(r"[0-9a-f-]{36}", "", one.url).split("/messages/")[1] for one in frames} == {"/html"}


def test_should_the_first_wall_fall_the_second_still_holds(
    visits: Opens, agent: Membership, mails: Mails, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "sanitise", lambda html, **_: html)
    messages = mails([aimed(html, outside.host) for html in ATTACKS if html not in BOMBS])
    page = visits(agent, CALM)
    seen, before, home = watched(page), page.evaluate(OF_OUR_PAGE), page.url
    laid_out(page, messages)
    assert page.evaluate(OF_OUR_PAGE) == before
    assert (page.url, seen) == (home, [])
    # Only the cleaning keeps a mail from opening a connection without a request over it.
    assert [heard for heard in outside.heard if heard] == []


def test_a_link_opens_a_new_tab_that_learns_nothing_about_us(
    opens: Opens, agent: Membership, mails: Mails, outside: Outside
) -> None:
    link = f'<a href="http://{outside.host}/offer" target="_top" rel="opener" referrerpolicy="unsafe-url">Offer</a>'
    page = opens(agent, f"/inbox/{mails([link])[0].conversation_id}")
    page.get_by_text("As it was laid out").click()
    home = page.url
    with page.expect_popup() as opened:
        page.frame_locator(".message__frame").get_by_role("link", name="Offer").click()
    expect(opened.value.locator("body")).to_have_text("here")
    assert opened.value.evaluate("window.opener") is None
    assert opened.value.evaluate("document.referrer") == ""
    assert b"referer" not in outside.heard[0].lower()
    assert b"cookie" not in outside.heard[0].lower()
    assert page.url == home


def test_remote_images_come_only_when_somebody_asks_for_them(
    visits: Opens, agent: Membership, mails: Mails, outside: Outside
) -> None:
    message = mails([f'<p>Spring sale</p><img src="https://{outside.host}/spring.png" alt="Spring">'])[0]
    page = visits(agent, f"/messages/{message.pk}/html")
    expect(page.get_by_text("Spring sale")).to_be_visible()
    assert outside.heard == []
    # Its picture cannot come: whoever waits outside speaks no TLS. That they were greeted is what counts.
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/spring.png")):
        page.goto(f"{page.url}?images=shown")
    assert outside.heard[0][:1] == b"\x16"


def test_the_mails_own_pictures_are_drawn_from_its_own_attachments(
    opens: Opens, agent: Membership, mails: Mails
) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    files = [
        File("dot.png", "application/x-msdownload", DOT, "dot@x"),
        File("dot.svg", "image/svg+xml", script, "svg@x"),
        File("lie.png", "image/png", script, "lie@x"),
    ]
    html = "".join(f'<img id=x alt="{name}" src="cid:{name}%40x">' for name in ("dot", "svg", "lie", "none"))
    of_another = mails(["<p>Another mail</p>"], [File("other.png", "image/png", DOT, "none@x")])
    page = opens(agent, f"/messages/{mails([html], files)[0].pk}/html")
    assert len(of_another) == 1
    drawn = page.evaluate("[...document.images].map((one) => [one.alt, one.naturalWidth])")
    assert drawn == [["dot", 1], ["svg", 0], ["lie", 0], ["none", 0]]
