"""MisarMail's documented calls about conversations, word for word, under both of its bases."""

import pytest

from inbox.models import Conversation
from tests import priya
from tests.priya import as_documented

pytestmark = pytest.mark.django_db
BASES = pytest.mark.parametrize("base", ["/api/v1/crm", "/mail/v1/crm"])


@pytest.fixture
def conversation(actor) -> Conversation:
    return priya.writes_back(actor())


def documented(conversation: Conversation) -> dict[str, object]:
    return {
        "id": str(conversation.pk),
        "lead_email": "priya@example.com",
        "lead_name": "Priya Sharma",
        "channel": "email",
        "campaign_id": str(conversation.campaign_id),
        "contact_id": str(conversation.contact_id),
        "status": "active",
        "intent": "interested",
        "last_message": "Yes, I'd love to learn more about pricing.",
        "last_message_at": "2026-04-13T09:00:00Z",
        "created_at": "2026-04-10T08:00:00Z",
    }


@BASES
def test_the_list(api, conversation, base):
    answer = api().get(f"{base}/conversations?status=active&channel=email&page=1&per_page=25")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["success"], len(body["conversations"])) == (True, 1)
    assert as_documented(body["conversations"][0], documented(conversation))
    assert as_documented(body["pagination"], {"page": 1, "per_page": 25, "total": 1})


@BASES
def test_one(api, conversation, base):
    body = api().get(f"{base}/conversations/{conversation.pk}").json()
    assert body["success"] is True
    assert as_documented(body["conversation"], documented(conversation))


@BASES
@pytest.mark.parametrize("change", [{"status": "closed"}, {"intent": "booking"}, {"status": "snoozed"}, {}])
def test_a_change(api, conversation, base, change):
    answer = api().patch(f"{base}/conversations/{conversation.pk}", change)
    assert answer.status_code == 200
    assert as_documented(answer.json()["conversation"], documented(conversation) | change)
    again = api().get(f"{base}/conversations/{conversation.pk}").json()
    assert again == answer.json()


@BASES
def test_the_messages(api, conversation, base):
    body = api().get(f"{base}/conversations/{conversation.pk}/messages").json()
    sent, received = conversation.messages.order_by("position")
    assert body["success"] is True
    outbound, inbound = body["messages"]
    assert as_documented(
        outbound,
        {"id": str(sent.pk), "direction": "outbound", "body": priya.OFFER, "sent_at": "2026-04-10T08:00:00Z"},
    )
    assert as_documented(
        inbound,
        {"id": str(received.pk), "direction": "inbound", "body": priya.REPLY, "received_at": "2026-04-13T09:00:00Z"},
    )
    assert "received_at" not in outbound
    assert "sent_at" not in inbound


def test_what_stands_beside_the_documented_fields(api, conversation):
    shown = api().get(f"/conversations/{conversation.pk}").json()["conversation"]
    assert as_documented(
        shown,
        {
            "lead_phone": None,
            "client_id": None,
            "assigned_to": None,
            "snoozed_until": None,
            "labels": [],
            "unread": True,
            "unread_count": 1,
            "turn": "ours",
            "needs_look": False,
            "intent_confidence": 0.9,
            "intent_evidence": priya.REPLY,
            "subject": None,
            "external_id": None,
            "updated_at": "2026-04-13T09:00:00Z",
            "version": 4,
        },
    )


@BASES
@pytest.mark.parametrize("path", ["/conversations/", "/conversations/no-id", "/conversations/no-id/messages"])
def test_an_address_that_is_none(api, base, path):
    answer = api().get(base + path)
    assert (answer.status_code, answer.json()["success"]) == (404, False)
