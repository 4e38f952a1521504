"""Every page, found by its route, is sent with the strict policy; no template and no page has anything inline."""

import gzip
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import URLResolver, get_resolver

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from deals.models import Deal
from inbox.messages import Draft, File
from inbox.models import Conversation, Message
from inbox.receiving import Arrival, receive
from tests.arrivals import addressed

Browse = Callable[[Membership], Browser]

STRICT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "frame-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HTMX_CONFIG = "includeIndicatorStyles"
TEMPLATES = settings.BASE_DIR / "templates"
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# Not pages: programs and probes ask for these, some of them for ever.
PROGRAMS = re.compile(r"^/(api/v1|mail/v1|hooks|healthz|readyz|metrics|live|crm/(create|fetch|update))\b")


@pytest.fixture
def mail(workspace: Workspace, harbour: Client) -> Message:
    draft = Draft(
        direction="inbound", body="Hello", html='<p style="color:red">Hello</p><img src="https://x.example/a">',
        files=[File("a.txt", "text/plain", b"a")],
    )  # fmt: skip
    arrival = Arrival(
        channel="email", addresses=addressed("email", "priya@example.com"), draft=draft, client_id=harbour.pk
    )
    return receive(actor=system(workspace, "test"), arrival=arrival)[0]


@pytest.fixture
def paths(mail: Message, bread: Deal, priya: Conversation) -> list[str]:
    """Every route with something behind its parameters: an id that opens a page wherever one of these does."""
    some = [mail.pk, mail.attachments.get().pk, priya.pk, priya.contact_id, bread.pk]
    found = []
    for route in routes(get_resolver()):
        if "<" not in route:
            found.append(route)
            continue
        found += dict.fromkeys(filled(route, str(pk)) for pk in some)
    return [path for path in found if not PROGRAMS.match(path)]


def filled(route: str, pk: str) -> str:
    words = {"key": "new", "room": "inbox"}

    def value(parameter: re.Match[str]) -> str:
        return words.get(parameter[2], "1" if parameter[1] == "int" else pk)

    return PARAMETER.sub(value, route)


def routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, path)
        elif "^" not in path and "(?" not in path:
            yield path


def policy(answer: Any) -> dict[str, str]:
    written = answer.headers["Content-Security-Policy"].split(";")
    return dict(one.strip().partition(" ")[::2] for one in written)


class Inline(HTMLParser):
    """Collects what only 'unsafe-inline' would let through."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").lstrip().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value!r}>")


def inline(html: str) -> list[str]:
    reader = Inline()
    reader.feed(html)
    return reader.found


def test_every_page_is_sent_with_the_strict_policy_and_holds_nothing_inline(
    browse: Browse, owner: Membership, paths: list[str], mail: Message, priya: Conversation
) -> None:
    browser, opened = browse(owner), set()
    for path in paths:
        answer = browser.get(path)
        frame = path == f"/messages/{mail.pk}/html"
        if answer.headers.get("Content-Type", "").startswith("text/html") and not frame:
            assert policy(answer) == STRICT, path
            assert inline(answer.content.decode()) == [], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if frame else "DENY"), path
        assert answer.headers["Referrer-Policy"] == (
            "no-referrer" if frame or path.startswith("/shared/") else "same-origin"
        ), path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "camera=()" in answer.headers["Permissions-Policy"], path
        if answer.status_code == 200:
            opened.add(path)
    rooms = {"/inbox", f"/inbox/{priya.pk}", "/board", "/contacts", f"/messages/{mail.pk}/html"}
    assert rooms <= opened
    assert len(opened) >= 15, sorted(opened)


def test_what_is_refused_or_broken_is_sent_with_the_strict_policy_too(db: None, browse: Browse) -> None:
    for path in ("/nowhere", "/accounts/login/", "/accounts/password/reset/"):
        answer = Browser().get(path)
        assert policy(answer) == STRICT, path
        assert inline(answer.content.decode()) == [], path


def test_the_mail_frame_alone_lets_style_attributes_in_and_runs_nothing(
    browse: Browse, agent: Membership, mail: Message
) -> None:
    sent = policy(browse(agent).get(f"/messages/{mail.pk}/html"))
    assert sent.pop("style-src-elem").startswith("'sha256-")
    assert sent == {
        "default-src": "'none'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    }
    shown = policy(browse(agent).get(f"/messages/{mail.pk}/html?images=shown"))
    assert shown["img-src"] == "data: https:"


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_holds_a_script_a_style_or_a_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"<style\b|\sstyle\s*=|\s(hx-)?on[a-z:-]+\s*=\s*[\"']|javascript:|\|safe\b|autoescape off", text
    )
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text)


def test_only_pages_are_compressed_and_say_so(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    accepting = {"Accept-Encoding": "gzip, br"}
    page = browser.get("/inbox", headers=accepting)
    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert len(page.content) < len(browser.get("/inbox").content) / 2
    assert gzip.decompress(page.content).startswith(b"\n<!doctype html>")
    assert len({len(browser.get("/inbox", headers=accepting).content) for _ in range(8)}) > 1
    answer = browser.get(f"/api/v1/crm/conversations/{priya.pk}", headers=accepting)
    assert "Content-Encoding" not in answer
    assert answer["ETag"].startswith('"')


def test_what_compression_could_give_away_is_masked_anew_in_each_answer(browse: Browse, agent: Membership) -> None:
    browser = browse(agent)
    tokens = {re.findall(r"csrfmiddlewaretoken[^>]+value=\"(\w+)\"", browser.get("/inbox").content.decode())[0]
              for _ in range(3)}  # fmt: skip
    assert len(tokens) == 3
