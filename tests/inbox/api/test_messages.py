"""The messages of a conversation: the whole history, and adding to it."""

import pytest
import time_machine

from activity.models import Event
from contacts.suppression import suppress
from inbox.intents.labels import Intent
from inbox.messages import Draft, File
from inbox.models import Attachment, Conversation, IntentTag, Message, MessageDelivery
from inbox.opening import add_message
from tests import cast
from tests.arrivals import ago, events, judged, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(actor) -> Conversation:
    row = write_in(actor(), "Hello", name="Priya Sharma", at=ago(days=2), external_id="first").conversation
    row.refresh_from_db()
    return row


@pytest.fixture
def path(conversation) -> str:
    return f"/conversations/{conversation.pk}/messages"


def counts() -> tuple[int, int]:
    return Message.objects.count(), Event.objects.count()


def test_what_arrived_elsewhere_is_recorded(api, conversation, path):
    body = {
        "direction": "inbound",
        "body": "Yes, please.\n\n> Hello",
        "subject": "Re: Pricing",
        "external_id": "m-1",
        "headers": {"Message-ID": "<m-1@example.com>"},
        "received_at": "2026-04-13T09:00:00+05:30",
    }
    answer = api().post(path, body)
    assert answer.status_code == 201
    shown = answer.json()["message"]
    message = Message.objects.get(pk=shown["id"])
    assert shown == {
        "id": str(message.pk),
        "direction": "inbound",
        "body": "Yes, please.\n\n> Hello",
        "received_at": "2026-04-13T03:30:00Z",
        "subject": "Re: Pricing",
        "new_text": "Yes, please.",
        "author_name": "Priya Sharma",
        "external_id": "m-1",
        "attachments": [],
        "intent": None,
        "delivery": None,
        "offline": False,
    }
    assert message.headers == [["Message-ID", "<m-1@example.com>"]]
    assert (message.author_kind, message.author_id) == ("contact", conversation.contact_id)


def test_a_mail_is_told_as_it_was_where_its_source_is_asked_for(api, actor, path, conversation):
    draft = Draft(direction="inbound", body="Yes", html="<p>Yes</p>", headers=[("X-A", "1"), ("X-A", "2")])
    add_message(actor=actor(), conversation=conversation, draft=draft)
    caller = api()
    _, plain = caller.get(path).json()["messages"]
    assert not {"html", "headers"} & plain.keys()
    _, whole = caller.get(path + "?source=true&cursor=").json()["messages"]
    assert (whole["html"], whole["headers"]) == ("<p>Yes</p>", [["X-A", "1"], ["X-A", "2"]])
    assert caller.get(path + "?source=yes").json()["details"]["fieldErrors"] == {"source": ["Send true or false."]}


def test_the_same_outside_id_answers_with_the_first(api, path):
    caller = api()
    body = {"direction": "inbound", "body": "Yes", "external_id": "m-1"}
    first = caller.post(path, body)
    before = counts()
    again = caller.post(path, body | {"body": "Changed"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert counts() == before


def test_an_outside_id_stands_in_one_conversation(api, actor, path):
    other = write_in(actor(), sender="tom@example.com", external_id="m-1").conversation
    before = counts()
    answer = api().post(path, {"direction": "inbound", "body": "Yes", "external_id": "m-1"})
    assert (answer.status_code, answer.json()["error_type"]) == (409, "already_exists")
    assert answer.json()["error"] == "The message “m-1” stands in another conversation."
    assert counts() == before
    assert other.messages.count() == 1


def test_what_we_sent_elsewhere_is_recorded(api, conversation, path):
    body = {"direction": "outbound", "body": "Hi Priya", "external_id": "s-1", "sent_at": "2026-04-10T08:00:00Z"}
    shown = api().post(path, body).json()["message"]
    assert (shown["sent_at"], shown["author_name"], shown["external_id"]) == (
        "2026-04-10T08:00:00Z",
        "A program",
        "s-1",
    )
    assert "received_at" not in shown


def test_an_answer_is_sent(api, conversation, path):
    with time_machine.travel("2031-04-13T10:00:00Z", tick=False):
        shown = api().post(path, {"direction": "outbound", "body": "Here is our pricing."}).json()["message"]
    assert (shown["sent_at"], shown["author_name"]) == ("2031-04-13T10:00:00Z", "A program")
    conversation.refresh_from_db()
    assert (conversation.turn, conversation.unread_count) == ("theirs", 0)
    assert events()[-1] == "message.sent"


def test_nothing_is_sent_to_somebody_who_asked_not_to_be_written_to(api, actor, conversation, path):
    suppress(actor=actor(), contact=conversation.contact, reason="said so")
    before = counts()
    answer = api().post(path, {"direction": "outbound", "body": "One more thing"})
    assert (answer.status_code, answer.json()["error_type"]) == (409, "suppressed")
    assert answer.json()["error"] == "Priya Sharma asked not to be contacted (said so). Nothing was sent."
    assert counts() == before


def test_a_message_wakes_what_is_closed_and_moves_it_to_the_top(api, conversation, path):
    caller = api()
    caller.patch(f"/conversations/{conversation.pk}", {"status": "closed", "unread": False})
    caller.post(path, {"direction": "inbound", "body": "Are you there?"})
    shown = caller.get(f"/conversations/{conversation.pk}").json()["conversation"]
    assert (shown["status"], shown["unread_count"], shown["last_message"]) == ("active", 1, "Are you there?")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"direction": ["This is required."], "body": ["This is required."]}),
        ({"direction": "in", "body": "x"}, {"direction": ["This must be one of: inbound, outbound."]}),
        ({"direction": "inbound", "body": 7}, {"body": ["Send a string."]}),
        ({"direction": "inbound", "body": None}, {"body": ["This may not be null."]}),
        (
            {"direction": "inbound", "body": "x", "sent_at": "2026-04-10T08:00:00Z"},
            {"sent_at": ["An inbound message has received_at."]},
        ),
        (
            {"direction": "outbound", "body": "x", "received_at": "2026-04-10T08:00:00Z"},
            {"received_at": ["An outbound message has sent_at."]},
        ),
        (
            {"direction": "inbound", "body": "x", "received_at": "2099-04-10T08:00:00Z"},
            {"received_at": ["This lies in the future."]},
        ),
        (
            {"direction": "inbound", "body": "x", "received_at": "2026-04-10"},
            {"received_at": ["Send a time with its offset: 2026-04-13T09:00:00Z."]},
        ),
        (
            {"direction": "outbound", "body": "x", "external_id": "7"},
            {"external_id": ["Only of a message that was sent elsewhere: give sent_at too, or leave this out."]},
        ),
        ({"direction": "outbound", "body": " "}, {"body": ["Write something first."]}),
        (
            {"direction": "inbound", "body": "x", "headers": "From: x"},
            {"headers": ["Send headers as {name: value}, or as a list of [name, value]."]},
        ),
        (
            {"direction": "inbound", "body": "x", "headers": {"From": 7}},
            {"headers": ["Send headers as {name: value}, or as a list of [name, value]."]},
        ),
        ({"direction": "inbound", "body": "x", "bdy": "y"}, {"bdy": ["There is no “bdy” here. Did you mean “body”?"]}),
        (
            {"direction": "inbound", "body": "a\x00b"},
            {"body": ["Contains a NUL character, which cannot be stored: leave it out."]},
        ),
    ],
)
def test_what_is_refused_leaves_nothing(api, path, body, fields):
    before = counts()
    answer = api().post(path, body)
    assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, fields)
    assert counts() == before


@pytest.mark.parametrize(
    "text",
    ["", "שלום, אפשר פרטים?", "مرحبا", "🙂👩‍👩‍👧‍👦", "a\r\n\tb\u2028c", "e\u0301\u202e", "<b>bold</b>", "x" * 300_000],
)
def test_texts_are_kept_to_the_letter(api, path, text):
    shown = api().post(path, {"direction": "inbound", "body": text}).json()["message"]
    assert shown["body"] == text


def test_the_history_is_whole_and_oldest_first_unless_a_part_is_asked_for(api, actor, conversation, path):
    for n in range(29):
        write_in(actor(), f"Message {n}", ancestors=["first"], at=ago(hours=40 - n))
    caller = api()
    whole = caller.get(path).json()
    assert [one["body"] for one in whole["messages"]] == ["Hello", *(f"Message {n}" for n in range(29))]
    assert whole["pagination"] == {"page": 1, "per_page": 30, "total": 30, "total_pages": 1}
    part = caller.get(f"{path}?page=2&per_page=20").json()
    assert (part["messages"], part["pagination"]["total"]) == (whole["messages"][20:], 30)
    first = caller.get(f"{path}?cursor=&per_page=20").json()
    rest = caller.get(f"{path}?per_page=20&cursor={first['pagination']['next_cursor']}").json()
    assert first["messages"] + rest["messages"] == whole["messages"]
    assert rest["pagination"] == {"per_page": 20, "next_cursor": None, "has_more": False}


def test_a_history_costs_the_same_however_long_it_is(api, actor, conversation, path):
    def fill(count: int) -> None:
        for n in range(count):
            file = File(f"{n}.txt", "text/plain", b"x")
            judged(write_in(actor(), "More", ancestors=["first"], files=[file]), Intent.QUESTION)

    caller = api()
    fill(1)
    cost = queries_of(caller, path)
    fill(29)
    assert queries_of(caller, path) == cost == 5


def test_an_inbound_message_shows_what_a_person_said_it_wants(api, actor, conversation, path):
    message = conversation.messages.get()
    judged(message, Intent.QUESTION, version="1")
    judged(message, Intent.OBJECTION, version="2")
    caller = api()
    assert caller.get(path).json()["messages"][0]["intent"] == "objection"
    caller.patch(f"/conversations/{conversation.pk}", {"intent": "booking"})
    IntentTag.objects.create(
        workspace=message.workspace, message=message, intent="interested", confidence=1, made_by="model", version="3"
    )
    assert caller.get(path).json()["messages"][0]["intent"] == "booking"


def test_an_outbound_message_shows_what_was_last_heard_of_it(api, conversation, path):
    caller = api()
    sent = caller.post(path, {"direction": "outbound", "body": "Hi"}).json()["message"]
    for state, at in [("read", "2026-04-13T09:02:00Z"), ("delivered", "2026-04-13T09:01:00Z")]:
        MessageDelivery.objects.create(
            workspace=conversation.workspace, message_id=sent["id"], state=state, words="250 OK", occurred_at=at
        )
    assert caller.get(path).json()["messages"][-1]["delivery"] == {
        "state": "read",
        "words": "250 OK",
        "occurred_at": "2026-04-13T09:02:00Z",
    }


def test_what_is_attached_is_a_download_for_those_who_see_the_conversation(api, actor, harbour, meadow, outsider):
    file = File("offer “ü”.html", "text/html", b"<script>alert(1)</script>")
    message = write_in(actor(), files=[file], client_id=harbour.pk)
    shown = api(client=harbour).get(f"/conversations/{message.conversation_id}/messages").json()["messages"][0]
    attachment = Attachment.objects.get()
    url = f"/api/v1/crm/attachments/{attachment.pk}"
    assert shown["attachments"] == [
        {
            "id": str(attachment.pk),
            "name": "offer “ü”.html",
            "content_type": "text/html",
            "content_id": None,
            "size": 25,
            "url": url,
        }
    ]
    answer = api(client=harbour).get(url)
    assert (answer.status_code, answer.content) == (200, b"<script>alert(1)</script>")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for stranger in (api(client=meadow), api(person=outsider)):
        assert stranger.get(url).status_code == 404
    assert cast.caller().get(url).status_code == 401
