"""The same message fifty times at once is one message."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import httpx2
import pytest
from django.core.servers.basehttp import WSGIServer
from pytest_django.live_server_helper import LiveServer

from activity.models import Event
from contacts.models import Contact, Identity
from deals.models import Deal
from inbox.models import Conversation, IntentTag, Message
from tests import cast
from tests.arrivals import follow_up_on_everything
from tests.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
COPIES = 50
THREAD = {"channel": "email", "lead_email": "priya@example.com", "lead_name": "Priya Sharma", "external_id": "thread-7"}
REPLY = {"direction": "inbound", "body": "Yes, I am interested. Please send me a quote.", "external_id": "m-7"}


def is_one_of_everything() -> None:
    follow_up_on_everything()
    assert [model.objects.count() for model in (Contact, Identity, Conversation, Message, IntentTag)] == [1] * 5
    assert Counter(Event.objects.values_list("type", flat=True)) == {
        "contact.created": 1, "conversation.created": 1, "message.received": 1, "intent.detected": 1, "deal.created": 1,
    }  # fmt: skip
    assert Deal.objects.get().conversation == Conversation.objects.get()


@pytest.fixture
def server(monkeypatch) -> Iterator[LiveServer]:
    """Takes fifty connections at a time, where Django's own for tests turns away the eleventh."""
    monkeypatch.setattr(WSGIServer, "request_queue_size", COPIES)
    server = LiveServer("localhost")
    yield server
    server.stop()


def test_over_http(server, workspace):
    key = cast.key_of(workspace, rate_limit=1000)

    def post(path: str, body: dict[str, str]) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx2.post(f"{server.url}/api/v1/crm{path}", json=body, headers=headers, timeout=60)

    opened = at_once([partial(post, "/conversations", THREAD)] * COPIES)
    assert Counter(answer.status_code for answer in opened) == {201: 1, 200: COPIES - 1}
    conversations = {answer.json()["conversation"]["id"] for answer in opened}
    assert len(conversations) == 1
    path = f"/conversations/{conversations.pop()}/messages"
    recorded = at_once([partial(post, path, REPLY)] * COPIES)
    assert Counter(answer.status_code for answer in recorded) == {201: 1, 200: COPIES - 1}
    assert len({answer.json()["message"]["id"] for answer in recorded}) == 1
    is_one_of_everything()


def test_whoever_opens_also_writes(workspace):
    """Each of fifty integrators opens the thread and adds the message by itself, none waiting for another."""
    key = cast.key_of(workspace, rate_limit=1000)

    def arrive() -> tuple[int, int]:
        api = cast.caller(key)
        opened = api.post("/conversations", THREAD)
        added = api.post(f"/conversations/{opened.json()['conversation']['id']}/messages", REPLY)
        return opened.status_code, added.status_code

    answers = at_once([arrive] * COPIES)
    assert Counter(opened for opened, _ in answers) == {201: 1, 200: COPIES - 1}
    assert Counter(added for _, added in answers) == {201: 1, 200: COPIES - 1}
    is_one_of_everything()


def test_a_contact_upserted_fifty_times_at_once_is_one(workspace):
    key = cast.key_of(workspace, rate_limit=1000)

    def upsert() -> int:
        body = {"email": "priya@example.com", "phone": "+4930901820", "firstName": "Priya"}
        return cast.caller(key).post("/contacts/upsert", body).status_code

    assert Counter(at_once([upsert] * COPIES)) == {201: 1, 200: COPIES - 1}
    assert (Contact.objects.count(), Identity.objects.count()) == (1, 2)
    assert Event.objects.filter(type="contact.created").count() == 1
