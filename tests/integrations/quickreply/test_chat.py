"""The WhatsApp chat webhook: unsigned, so the address is the secret."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from contacts.models import Contact
from inbox.models import Conversation, Message
from tests.integrations.quickreply.conftest import QuickReply
from tests.integrations.senders import handle

pytestmark = pytest.mark.django_db


def message(id: Any = "a1_msg", kind: str = "USER_TEXT", text: Any = "Is it in stock?", **more: Any) -> dict[str, Any]:
    said = {"text": text, "_type": kind, "preview": more.pop("preview", {})}
    whole = {"id": id, "phone": "+919876543210", "msg_time": 1750000000123, "reply_to": None, "payload": said}
    return {**whole, **more}


def test_a_text_becomes_a_message_with_its_own_time_and_id(quickreply: QuickReply) -> None:
    [answer] = quickreply.sender.send(message(reply_to="a0_msg"))
    said = Message.objects.get()
    assert answer == {"received": True}
    assert (said.direction, said.body, said.external_id) == ("inbound", "Is it in stock?", "a1_msg")
    assert said.occurred_at == datetime(2025, 6, 15, 15, 6, 40, 123000, tzinfo=UTC)
    assert said.headers == [["In-Reply-To", "a0_msg"]]
    assert (said.conversation.channel, said.conversation.contact.phone) == ("whatsapp", "+919876543210")


@pytest.mark.parametrize(
    ("kind", "text", "preview", "wanted"),
    [
        ("USER_BUTTON_REPLY", "Yes, call me", {}, "Button: Yes, call me"),
        ("USER_LIST_REPLY", "Oak table", {}, "List choice: Oak table"),
        (
            "USER_FILE",
            "The plan",
            {"url": "https://files.example/plan.pdf"},
            "File: The plan\nhttps://files.example/plan.pdf",
        ),
        ("USER_FILE", "https://files.example/a.jpg", {}, "File\nhttps://files.example/a.jpg"),
        ("USER_FILE", None, {"url": "javascript:alert(1)"}, "File"),
        ("USER_FILE", None, "https://files.example/a.jpg", "File\nhttps://files.example/a.jpg"),
        ("USER_STICKER", "Smile", None, "Smile"),
        ("USER_TEXT", None, None, "(no text)"),
    ],
)
def test_each_type_reads_as_what_it_was(
    quickreply: QuickReply, kind: str, text: Any, preview: Any, wanted: str
) -> None:
    quickreply.sender.send(message(kind=kind, text=text, preview=preview))
    assert Message.objects.get().body == wanted


def test_what_a_person_did_not_say_is_kept_on_record_only(quickreply: QuickReply) -> None:
    quickreply.sender.send(message(kind="BOT_TEXT"))
    assert not Message.objects.exists()
    assert quickreply.sender.events[0].outcome == "Kept on record. BOT_TEXT is not something that a person said."


def test_the_same_message_again_is_one(quickreply: QuickReply) -> None:
    quickreply.sender.send(message(), message(), message(text="changed"), message(id="a2_msg"))
    assert set(Message.objects.values_list("external_id", flat=True)) == {"a1_msg", "a2_msg"}
    assert Message.objects.count() == 2
    assert Conversation.objects.count() == 1


def test_late_messages_stand_at_their_own_time(quickreply: QuickReply) -> None:
    quickreply.sender.send(message(id=2, text="second", msg_time="1750000060000"), message(id=1, text="first"))
    bodies = Message.objects.order_by("occurred_at").values_list("body", flat=True)
    assert list(bodies) == ["first", "second"]
    assert Conversation.objects.get().last_message == "second"


def test_it_is_the_lead_that_was_created(quickreply: QuickReply) -> None:
    lead_id = quickreply.create()
    quickreply.sender.send(message(phone="919876543210"))
    assert str(Message.objects.get().conversation.contact_id) == lead_id
    assert Contact.objects.count() == 1


def test_an_unknown_number_becomes_a_contact(quickreply: QuickReply) -> None:
    quickreply.sender.send(message(phone="+919000000009"))
    made = Contact.objects.get()
    assert (made.phone, made.source) == ("+919000000009", "QuickReply")


@pytest.mark.parametrize("phone", [None, "", "call me", {}])
def test_without_a_number_it_is_kept_and_shown_as_failed(quickreply: QuickReply, phone: Any) -> None:
    assert quickreply.sender.post(message(phone=phone)).status_code == 200
    handle()
    [event] = quickreply.sender.events
    assert (event.state, event.last_error) == (
        "dead", "phone: Enter a phone number with its country code, such as +49 30 901820."
    )  # fmt: skip


def test_the_older_envelope_is_taken_here_too(quickreply: QuickReply) -> None:
    data = {"name": "Priya", "phone": "+919876543210"}
    quickreply.sender.send({"event": "new_contact", "data": data})
    quickreply.sender.send({"event": "new_contact", "data": data})
    assert Contact.objects.get().name == "Priya"


def test_what_is_no_event_is_400_and_a_wrong_address_404(quickreply: QuickReply) -> None:
    assert quickreply.sender.post(b"no").status_code == 400
    assert Browser().post("/hooks/quickreply/wrong", b"{}", content_type="application/json").status_code == 404


def test_the_leads_key_is_no_address(quickreply: QuickReply) -> None:
    path = f"/hooks/quickreply/{quickreply.key}"
    assert Browser().post(path, b"{}", content_type="application/json").status_code == 404
