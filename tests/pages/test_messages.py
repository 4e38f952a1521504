"""What comes from outside is shown so that it can do nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from inbox.messages import Draft, File
from inbox.models import Attachment, Message
from inbox.receiving import Arrival, receive
from inbox.templatetags.inbox_words import confidence_in_words
from tests.arrivals import addressed, write_in

Browse = Callable[[Membership], Browser]

HTML = '<p onclick="x()">Hello <b>there</b></p><script>alert(1)</script><img src="https://spy.example/p.gif">'


def mail(workspace: Workspace, client: Client, **how: object) -> Message:
    draft = Draft(direction="inbound", **how)  # type: ignore[arg-type]
    arrival = Arrival(
        channel="email", addresses=addressed("email", "priya@example.com"), draft=draft, client_id=client.pk
    )
    return receive(actor=system(workspace, "test"), arrival=arrival)[0]


def test_html_mail_is_served_apart_in_a_frame_that_may_run_nothing(
    browse: Browse, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    message = mail(workspace, harbour, body="Hello there", html=HTML)
    answer = browse(agent).get(f"/messages/{message.pk}/html")
    text = answer.content.decode()
    assert "Hello <b>there</b>" in text
    assert "script" not in text
    assert "onclick" not in text
    assert "spy.example" not in text
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = browse(agent).get(f"/inbox/{message.conversation_id}").content.decode()
    assert f'src="/messages/{message.pk}/html"' in page
    assert "'unsafe" not in browse(agent).get("/inbox")["Content-Security-Policy"]


def test_a_message_without_html_has_no_frame(
    browse: Browse, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    message = mail(workspace, harbour, body="Hello")
    assert browse(agent).get(f"/messages/{message.pk}/html").status_code == 404
    assert "<iframe" not in browse(agent).get(f"/inbox/{message.conversation_id}").content.decode()


def test_markup_in_a_text_is_text(browse: Browse, agent: Membership, workspace: Workspace, harbour: Client) -> None:
    message = mail(workspace, harbour, body="<script>alert(1)</script> see https://example.com/a")
    page = browse(agent).get(f"/inbox/{message.conversation_id}").content.decode()
    assert "<script>alert" not in page
    assert '<a href="https://example.com/a" rel="nofollow">' in page


def test_an_attachment_is_a_download_whatever_it_says_it_is(
    browse: Browse, agent: Membership, outsider: Membership, workspace: Workspace, harbour: Client
) -> None:
    file = File("plan “ü”.html", "text/html", b"<script>alert(1)</script>")
    message = mail(workspace, harbour, body="Attached.", files=[file])
    kept = Attachment.objects.get(message=message)
    answer = browse(agent).get(f"/attachments/{kept.pk}")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''plan%20")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert browse(outsider).get(f"/attachments/{kept.pk}").status_code == 404


def test_quoted_history_is_folded(browse: Browse, agent: Membership, workspace: Workspace, harbour: Client) -> None:
    message = mail(
        workspace, harbour, body="Yes!\n\nOn Mon, 2 Nov 2026 at 10:00 Anna <anna@example.com> wrote:\n> A demo?\n"
    )
    page = browse(agent).get(f"/inbox/{message.conversation_id}").content.decode()
    before, folded = page.split('<details class="message__fold">')
    assert ">Yes!<" in before
    assert "A demo?" not in before.split('class="message ')[1]
    assert "A demo?" in folded


def test_what_reached_us_late_says_so(browse: Browse, agent: Membership, workspace: Workspace, harbour: Client) -> None:
    late = write_in(system(workspace, "test"), at=timezone.now() - timedelta(hours=2), client_id=harbour.pk)
    assert "arrived late" in browse(agent).get(f"/inbox/{late.conversation_id}").content.decode()
    prompt = write_in(system(workspace, "test"), sender="tom@example.com", client_id=harbour.pk)
    assert "arrived late" not in browse(agent).get(f"/inbox/{prompt.conversation_id}").content.decode()


@pytest.mark.parametrize(
    ("confidence", "needs_look", "words"),
    [(1.0, False, "sure"), (0.9, False, "sure"), (0.7, False, "fairly sure"), (0.59, True, "not sure"),
     (0.95, True, "not sure")],
)  # fmt: skip
def test_only_what_needs_a_look_is_called_not_sure(confidence: float, needs_look: bool, words: str) -> None:
    assert confidence_in_words(confidence, needs_look) == words
