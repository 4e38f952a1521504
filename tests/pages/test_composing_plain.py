"""The composer and the thread by their requests alone: what each answers, to whom, and at what cost."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.actors import system
from accounts.models import Membership
from inbox import sending
from inbox.composing import canned, notes
from inbox.composing.models import CannedReply, KeptDraft, LastSeen, Note, Presence
from inbox.models import Conversation, Message
from tests.arrivals import write_in
from tests.cast import acting

Browse = Callable[[Membership], Browser]
PART = {"HX-Request": "true"}


@pytest.fixture
def again(priya: Conversation) -> Callable[[str], Message]:
    """`again("One more thing")`: Priya writes on in the same thread."""
    Conversation.objects.filter(pk=priya.pk).update(external_id="t-1")

    def writes(body: str) -> Message:
        us = system(priya.workspace, "test")
        return write_in(us, body, name="Priya Patel", client_id=priya.client_id, thread_id="t-1")

    return writes


def words(content: bytes) -> str:
    """What one reads of it."""
    return " ".join(strip_tags(content.decode()).split())


def said(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation, direction="outbound").count()


def test_without_a_script_a_held_reply_is_a_page_with_the_text_still_in_it(
    browse: Browse, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    again("Wait!")
    typed = {"body": "Half a\r\nreply", "seen": "1", "token": str(uuid4())}
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply?split=all", typed)
    page = answer.content.decode()
    assert (answer.status_code, said(priya)) == (409, 0)
    assert "Half a\nreply</textarea>" in page
    assert "wrote just now" in page
    assert 'name="seen" value="2"' in page
    assert "Record anyway" in page
    sent = browse(agent).post(f"/inbox/{priya.pk}/reply?split=all", {**typed, "seen": "2"})
    assert (sent.status_code, sent["Location"]) == (303, f"/inbox/{priya.pk}?split=all")
    assert Message.objects.latest("position").body == "Half a\nreply"


def test_htmx_gets_the_notice_alone_and_the_buttons_that_go_with_it(
    browse: Browse, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    again("<b>Wait!</b>")
    token = str(uuid4())
    answer = browse(agent).post(
        f"/inbox/{priya.pk}/reply", {"body": "Hi", "seen": "1", "token": token}, headers=PART
    )  # fmt: skip
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#guard", "outerHTML")
    assert "&lt;b&gt;Wait!" in page
    assert (f'value="{token}"' in page, 'data-begun="1"' in page, "<textarea" in page) == (True, True, False)


def test_a_gap_of_a_canned_reply_is_not_sent(browse: Browse, agent: Membership, priya: Conversation) -> None:
    typed = {"body": "Hi Priya of [company?], [see?]", "seen": "1", "token": str(uuid4())}
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply", typed, headers=PART)
    assert (answer.status_code, said(priya)) == (422, 0)
    assert "Fill in [company?] first. Nothing was sent." in answer.content.decode()
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply", {**typed, "body": "Hi [see?]"}, headers=PART)
    assert (answer.status_code, said(priya)) == (200, 1)


def test_the_same_form_twice_sends_once_and_shows_the_one_message(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    typed = {"body": "Gladly.", "seen": "1", "token": str(uuid4())}
    pages = [browse(agent).post(f"/inbox/{priya.pk}/reply", typed, headers=PART).content.decode() for _ in range(2)]
    message = Message.objects.get(conversation=priya, direction="outbound")
    assert all(f'id="message-{message.pk}"' in page for page in pages)
    assert not any(typed["token"] in page for page in pages), "the next message has a token of its own"


def test_what_came_since_is_for_the_end_of_the_thread_and_holds_only_who_is_writing(
    browse: Browse, agent: Membership, viewer: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    fresh = again("One more thing")
    notes.write(actor=acting(agent), conversation=priya, body="Between us")
    at = (timezone.now() - timedelta(minutes=5)).isoformat()
    asked = {"position": "1", "at": at, "token": str(uuid4()), "begun": "1"}
    idle = browse(agent).get(f"/inbox/{priya.pk}/since", asked)
    page = idle.content.decode()
    assert idle["Parley-Position"] == "2"
    assert (f'id="message-{fresh.pk}"' in page, "Between us" in page, 'role="alert"' in page) == (True, True, False)
    assert 'name="seen" value="2"' in page
    writing = browse(agent).get(f"/inbox/{priya.pk}/since", {**asked, "writing": "1"}).content.decode()
    assert ('role="alert"' in writing, "Record anyway" in writing) == (True, True)
    client = browse(viewer).get(f"/inbox/{priya.pk}/since", asked).content.decode()
    assert (f'id="message-{fresh.pk}"' in client, "Between us" in client, "<form" in client) == (True, False, False)


@pytest.mark.parametrize("asked", [{}, {"position": "-1"}, {"position": "9" * 30}, {"position": "½"}])
def test_since_nowhere_is_refused(
    browse: Browse, agent: Membership, priya: Conversation, asked: dict[str, str]
) -> None:
    assert browse(agent).get(f"/inbox/{priya.pk}/since", asked).status_code == 422


def test_a_beat_answers_with_the_others_and_leaving_keeps_how_far_one_read(
    browse: Browse, agent: Membership, owner: Membership, viewer: Membership, priya: Conversation
) -> None:
    here, left, window = f"/inbox/{priya.pk}/here", f"/inbox/{priya.pk}/left", {"window": str(uuid4())}
    browse(agent).post(here, {**window, "writing": "1"})
    assert "Anna Agent is writing…" in words(browse(owner).post(here, {"window": str(uuid4())}).content)
    assert "Olga Owner is here" in words(browse(agent).get(f"/inbox/{priya.pk}/others").content)
    assert "is here" not in browse(viewer).get(f"/inbox/{priya.pk}/others").content.decode()
    assert "is here" not in browse(viewer).get(f"/inbox/{priya.pk}").content.decode()
    assert browse(agent).post(left, {**window, "position": "1"}).status_code == 204
    assert "Anna" not in browse(owner).get(f"/inbox/{priya.pk}/others").content.decode()
    assert (LastSeen.objects.get().position, Presence.objects.count()) == (1, 1)


@pytest.mark.parametrize("window", ["", "nonsense"])
def test_a_window_without_a_name_is_refused(
    browse: Browse, agent: Membership, priya: Conversation, window: str
) -> None:
    for path in ("here", "left"):
        assert browse(agent).post(f"/inbox/{priya.pk}/{path}", {"window": window}).status_code == 422
    assert not Presence.objects.exists()


def test_a_draft_is_kept_and_an_empty_one_goes(browse: Browse, agent: Membership, priya: Conversation) -> None:
    typed = {"kind": "reply", "body": "Half", "seen": "1", "token": str(uuid4())}
    assert browse(agent).post(f"/inbox/{priya.pk}/draft", typed).status_code == 204
    page = browse(agent).get(f"/inbox/{priya.pk}?split=all").content.decode()
    assert "Half</textarea>" in page
    assert f'data-draft-mark="{priya.pk}">' in page
    assert browse(agent).post(f"/inbox/{priya.pk}/draft", {**typed, "body": ""}).status_code == 205
    assert not KeptDraft.objects.exists()


def writes(priya: Conversation, message: Message, reply: CannedReply) -> list[tuple[str, dict[str, str]]]:
    typed = {"kind": "reply", "body": "Hello", "token": str(uuid4()), "window": str(uuid4())}
    fields = {"name": "Other", "body": "Hi"}
    return [
        *((f"/inbox/{priya.pk}/{verb}", typed) for verb in ("reply", "draft", "notes", "here", "left")),
        (f"/messages/{message.pk}/retry", {}),
        (f"/settings/replies/{reply.pk}/change", fields),
        (f"/settings/replies/{reply.pk}/delete", {}),
    ]


@pytest.fixture
def failed(agent: Membership, priya: Conversation) -> Message:
    message = sending.reply(actor=acting(agent), conversation=priya, body="Gladly.")
    sending.report(actor=acting(agent), message=message, state="failed", words="550 no")
    return message


@pytest.fixture
def thanks(agent: Membership, priya: Conversation) -> CannedReply:
    return canned.create(actor=acting(agent), name="Thanks", body="Thank you.", client_id=priya.client_id)


def state() -> tuple[object, ...]:
    rows = (Message, Note, KeptDraft, Presence, LastSeen)
    return (*(model.objects.count() for model in rows), list(CannedReply.objects.values()))


@pytest.mark.parametrize("who", ["outsider", "other_client_agent"])
def test_what_one_may_not_see_is_not_there(
    browse: Browse, request: pytest.FixtureRequest, priya: Conversation, failed: Message, thanks: CannedReply, who: str
) -> None:
    browser, before = browse(request.getfixturevalue(who)), state()
    for path, typed in writes(priya, failed, thanks):
        assert browser.post(path, typed).status_code == 404, path
    for path in (f"/inbox/{priya.pk}/since?position=0", f"/inbox/{priya.pk}/others", f"/inbox/{priya.pk}/canned"):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"/messages/{failed.pk}/state").status_code == 404
    assert "Thanks" not in browser.get("/settings/replies").content.decode()
    assert state() == before


def test_a_viewer_of_the_client_is_refused_each_with_a_sentence(
    browse: Browse, viewer: Membership, priya: Conversation, failed: Message, thanks: CannedReply
) -> None:
    browser, before = browse(viewer), state()
    for path, typed in writes(priya, failed, thanks)[:6]:
        answer = browser.post(path, typed)
        assert answer.status_code == 403, path
        assert "You may read here, but not change anything." in answer.content.decode(), path
    assert browser.post("/inbox/new", {"to": "x@example.com", "body": "Hi"}).status_code == 403
    page = browser.get(f"/inbox/{priya.pk}").content.decode()
    assert ("550 no" in page, "Retry" in page, "<textarea" in page) == (True, False, False)
    assert "Thank you." not in browser.get(f"/inbox/{priya.pk}/canned").content.decode()
    assert state() == before


def test_canned_replies_are_made_changed_and_deleted_on_their_page(browse: Browse, agent: Membership) -> None:
    browser = browse(agent)
    made = browser.post("/settings/replies/new", {"name": "Hello", "shortcut": "hi", "body": "Hi {{contact.name}}"})
    assert (made.status_code, made["Location"]) == (303, "/settings/replies")
    reply = CannedReply.objects.get()
    page = browser.get("/settings/replies").content.decode()
    assert ("is there for everybody now." in page, "Hi {{contact.name}}" in page) == (True, True)
    change = {"name": "Hello", "shortcut": "hi", "body": "Hello!", "version": "1"}
    assert browser.post(f"/settings/replies/{reply.pk}/change", change).status_code == 303
    stale = browser.post(f"/settings/replies/{reply.pk}/change", {**change, "body": "Mine"})
    assert (stale.status_code, "changed since you read it" in stale.content.decode()) == (409, True)
    assert ">Mine</textarea>" in stale.content.decode()
    assert browser.post(f"/settings/replies/{reply.pk}/delete").status_code == 303
    assert "Undo" in browser.get("/settings/replies").content.decode()
    assert not CannedReply.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "body": "B"}, "Give it a name."),
        ({"name": "N", "body": ""}, "Write what it says."),
        ({"name": "N", "body": "{{contact.age}}"}, "There is no “{{contact.age}}”."),
        ({"name": "N", "body": "B", "shortcut": "a b"}, "A shortcut is one word"),
        ({"name": "N", "body": "B", "for": str(uuid4())}, "There is no client with this id."),
        ({"name": "N", "body": "B", "for": "nonsense"}, "This is not an id."),
    ],
)
def test_a_canned_reply_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    browse: Browse, agent: Membership, typed: dict[str, str], sentence: str
) -> None:
    answer = browse(agent).post("/settings/replies/new", typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f">{typed['body']}</textarea>" in answer.content.decode()
    assert not CannedReply.objects.exists()


def asked(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert browser.get(path, headers=PART).status_code == 200
    return len(questions)


def test_a_thread_costs_the_same_with_many_notes_deliveries_and_drafts_as_with_one(
    browse: Browse, agent: Membership, owner: Membership, priya: Conversation, failed: Message, thanks: CannedReply
) -> None:
    browser, anna = browse(agent), acting(agent)
    notes.write(actor=anna, conversation=priya, body="@Olga Owner one")
    browser.post(f"/inbox/{priya.pk}/draft", {"kind": "reply", "body": "Half", "seen": "1", "token": str(uuid4())})
    browser.post(f"/inbox/{priya.pk}/left", {"window": str(uuid4()), "position": "1"})
    paths = [f"/inbox/{priya.pk}", f"/inbox/{priya.pk}/since?position=0", f"/inbox/{priya.pk}/canned"]
    few = [asked(browser, path) for path in paths]
    for number in range(20):
        notes.write(actor=anna, conversation=priya, body=f"@Olga Owner {number}")
        message = sending.reply(actor=acting(owner), conversation=priya, body=f"m{number}")
        sending.report(actor=anna, message=message, state="failed", words=f"no {number}")
        canned.create(actor=anna, name=f"Canned {number}", body="Hi {{contact.name}}", client_id=priya.client_id)
    browser.post(f"/inbox/{priya.pk}/draft", {"kind": "reply", "body": "Half", "seen": "1", "token": str(uuid4())})
    assert [asked(browser, path) for path in paths] == few
