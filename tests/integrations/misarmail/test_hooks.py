"""MisarMail's mail, campaign and contact events: in at the door, once, and what becomes of each."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Workspace
from clients.models import Campaign, Client
from contacts.models import Contact, Suppression
from contacts.suppression import must_be_reachable
from crm.errors import Conflict
from inbox.messages import Draft
from inbox.models import Conversation, Message, MessageDelivery
from inbox.opening import add_message, open_conversation
from integrations import processing
from integrations.connecting import Opened
from integrations.models import Connection, InboundEvent
from tests import cast
from tests.crowd import times
from tests.integrations.misarmail.conftest import StandIn
from tests.integrations.misarmail.test_pull import STATE, THREAD, pulled

pytestmark = pytest.mark.django_db(transaction=True)
AT = "2026-04-13T09:00:00Z"
NINE = datetime(2026, 4, 13, 9, tzinfo=UTC)


def arrives(opened: Opened, kind: str, data: Any, *, id: Any = "evt_1", at: Any = AT, **more: Any) -> Any:
    body = json.dumps({"id": id, "type": kind, "created_at": at, "data": data, **more}).encode()
    return sent(opened, body)


def sent(opened: Opened, body: bytes, signature: str | None = None) -> Any:
    right = "sha256=" + hmac.new(b"whsec_test", body, hashlib.sha256).hexdigest()
    header = {"X-MisarMail-Signature": right if signature is None else signature}
    path = urlsplit(opened.hook_url).path
    return Browser().post(path, body, content_type="application/json", headers=header)


def handled(opened: Opened, kind: str, data: Any, **more: Any) -> InboundEvent:
    assert arrives(opened, kind, data, **more).status_code == 200
    processing.work_off()
    event: InboundEvent = InboundEvent.objects.filter(type=kind).latest("arrived_at")
    assert event.state == InboundEvent.State.DONE, event.last_error
    return event


@pytest.fixture
def mail(workspace: Workspace) -> Message:
    """We wrote to Priya."""
    actor = cast.acting(workspace)
    conversation, _ = open_conversation(actor=actor, channel="email", lead_email="priya@example.com", lead_name="Priya")
    draft = Draft(direction="outbound", body="Hi", external_id="mm_1", occurred_at=NINE - timedelta(days=1))
    return add_message(actor=actor, conversation=conversation, draft=draft)[0]


def states(message: Message) -> list[tuple[str, str]]:
    return list(MessageDelivery.objects.filter(message=message).order_by("created_at").values_list("state", "words"))


TO = {"email": "Priya@Example.com", "message_id": "mm_1", "unknown": {"a": [None]}}


def test_a_mails_life_is_told_on_the_message_and_on_the_person(opened: Opened, mail: Message) -> None:
    for number, kind in enumerate(("sent", "delivered", "opened", "clicked")):
        at = (NINE + timedelta(minutes=number)).isoformat()
        handled(opened, f"email.{kind}", {**TO, "url": "https://a.example"}, id=f"evt_{kind}", at=at)
    assert [state for state, _ in states(mail)] == ["sent", "delivered", "read"]
    assert Contact.objects.get().custom_fields == {
        "last_sent_at": "2026-04-13T09:00:00Z", "last_delivered_at": "2026-04-13T09:01:00Z",
        "last_opened_at": "2026-04-13T09:02:00Z", "last_clicked_at": "2026-04-13T09:03:00Z",
        "last_clicked_url": "https://a.example",
    }  # fmt: skip


def test_what_comes_out_of_order_sets_nothing_back(opened: Opened, mail: Message) -> None:
    handled(opened, "email.opened", TO, id="evt_2", at="2026-04-13T10:00:00Z")
    handled(opened, "email.opened", TO, id="evt_3", at="2026-04-13T08:00:00Z")
    handled(opened, "email.delivered", TO, id="evt_4", at="2026-04-13T07:59:00Z")
    assert states(mail) == [("read", "")]
    assert Contact.objects.get().custom_fields["last_opened_at"] == "2026-04-13T10:00:00Z"


def test_a_mailbox_that_is_not_there_is_not_written_to_any_more(opened: Opened, mail: Message) -> None:
    data = {**TO, "bounce": {"type": "hard", "reason": "550 No such user"}}
    handled(opened, "email.bounced", data)
    assert states(mail) == [("failed", "550 No such user")]
    contact = Contact.objects.get()
    assert contact.status == "bounced"
    with pytest.raises(Conflict):
        must_be_reachable(contact, mail.conversation.identity, contact.wall)


def test_a_mailbox_that_is_full_may_be_written_to_again(opened: Opened, mail: Message) -> None:
    handled(opened, "email.bounced", {**TO, "bounce_type": "soft", "reason": "452 Mailbox full"})
    assert states(mail) == [("failed", "452 Mailbox full")]
    assert (Contact.objects.get().status, Suppression.objects.count()) == ("active", 0)


@pytest.mark.parametrize("kind", ["email.complained", "email.unsubscribed"])
def test_who_does_not_want_to_hear_from_us_is_left_in_peace(opened: Opened, mail: Message, kind: str) -> None:
    handled(opened, kind, {"contact": {"id": "c1", "email": "priya@example.com"}})
    assert Contact.objects.get().status == "unsubscribed"
    assert Suppression.objects.filter(kind="email", value="priya@example.com").exists()


def test_a_mail_lands_in_the_conversation_that_it_names_and_the_batch_knows_it(
    opened: Opened, connection: Connection, misarmail: StandIn
) -> None:
    misarmail.load(**STATE)
    pulled(connection)
    data = {
        "conversation_id": "v1", "from": {"email": "priya@example.com", "name": "Priya Sharma"}, "text": "One  more",
        "message_id": "<abc@mail.example>", "subject": "Re: Hello",
    }  # fmt: skip
    handled(opened, "email.received", data)
    later = {"id": "m3", "direction": "inbound", "body": "One more", "received_at": "2026-04-13T09:00:30Z"}
    thread = {**THREAD, "last_message": "One more", "last_message_at": later["received_at"]}
    misarmail.load(**{**STATE, "conversations": [thread], "messages": {"v1": [*STATE["messages"]["v1"], later]}})
    pulled(connection)
    assert [message.body for message in Message.objects.order_by("position")][2:] == ["One  more"]
    assert Conversation.objects.count() == 1


def test_a_mail_that_begins_a_conversation_is_the_one_that_the_batch_lists_later(
    opened: Opened, connection: Connection, misarmail: StandIn
) -> None:
    data = {"from": "Priya Sharma <priya@example.com>", "subject": "Pricing", "body": "How much?", "id": None}
    event = handled(opened, "email.received", data)
    assert event.outcome == "Priya Sharma wrote."
    said = {"id": "m1", "direction": "inbound", "body": "How much?", "received_at": AT}
    thread = {**THREAD, "last_message_at": AT}
    misarmail.load(**{**STATE, "deals": [], "conversations": [thread], "messages": {"v1": [said]}})
    pulled(connection)
    assert (Conversation.objects.count(), Message.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert Conversation.objects.get().intent == "interested"


def test_a_campaign_that_was_sent_says_so(opened: Opened) -> None:
    data = {"campaign": {"id": "k9", "name": "Summer", "subject": "Hello"}}
    handled(opened, "campaign.sent", data)
    handled(opened, "campaign.completed", {"campaign_id": "k9"}, id="evt_2", at="2026-04-14T09:00:00Z")
    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.subject, campaign.status) == ("Summer", "Hello", "sent")


@pytest.mark.parametrize("shape", ["contact", "flat", "old"])
def test_a_contact_is_taken_in_however_it_is_told(opened: Opened, shape: str) -> None:
    new = {"id": "c1", "email": "priya@example.com", "firstName": "Priya", "customFields": {"plan": "pro"}}
    old = {"id": "c1", "email": "priya@example.com", "first_name": "Priya", "metadata": {"plan": "pro"}}
    handled(opened, "contact.created", {"contact": {"contact": new}, "flat": new, "old": old}[shape])
    handled(opened, "contact.updated", {"id": "c1", "firstName": "Pri", "email": None}, id="evt_2")
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.custom_fields) == ("Pri", "priya@example.com", {"plan": "pro"})


def test_an_event_that_names_no_client_finds_the_person_behind_their_wall(
    opened: Opened, connection: Connection, misarmail: StandIn, harbour: Client
) -> None:
    told = {"id": "c1", "email": "priya@example.com", "client_id": "a"}
    misarmail.load(clients=[{"id": "a", "name": harbour.name}], contacts=[told])
    pulled(connection)
    handled(opened, "email.opened", {"to": ["Priya <priya@example.com>"]})
    handled(opened, "contact.updated", {"id": "c1", "phone": "+49 30 901820"}, id="evt_2")
    handled(opened, "email.received", {"from": "priya@example.com", "text": "Hello"}, id="evt_3")
    contact = Contact.objects.get()
    assert (contact.client, contact.phone) == (harbour, "+4930901820")
    assert "last_opened_at" in contact.custom_fields
    assert Message.objects.get().client == harbour


KINDS = [
    "email.sent", "email.delivered", "email.opened", "email.clicked", "email.bounced", "email.complained",
    "email.unsubscribed", "campaign.sent", "campaign.completed", "contact.created", "contact.updated", "deal.moved",
]  # fmt: skip


@pytest.mark.parametrize("data", [None, {}, [], "text", {"email": None, "contact": None, "to": [], "id": {}}])
def test_an_event_that_says_nothing_is_kept_and_does_nothing(opened: Opened, data: Any) -> None:
    for kind in KINDS:
        arrives(opened, kind, data, id=kind)
    processing.work_off()
    outcomes = set(InboundEvent.objects.values_list("state", "outcome"))
    assert outcomes == {("done", "Kept. There is nothing to do about it.")}
    assert not Contact.objects.exists()


def test_a_mail_without_a_sender_is_given_up_with_words(opened: Opened) -> None:
    arrives(opened, "email.received", {"text": "Hello"})
    processing.work_off()
    event = InboundEvent.objects.get()
    assert (event.state, event.last_error) == ("dead", "The mail names no sender.")


def test_what_is_forged_or_tampered_with_is_refused_and_stores_nothing(opened: Opened) -> None:
    body = b'{"id": "evt_1", "type": "email.sent", "data": {}}'
    right = "sha256=" + hmac.new(b"whsec_test", body, hashlib.sha256).hexdigest()
    assert sent(opened, body, "").status_code == 401
    assert sent(opened, body + b" ", right).status_code == 401
    assert sent(opened, b"{}").status_code == 400
    assert not InboundEvent.objects.exists()
    assert sent(opened, body, right).status_code == 200


def test_fifty_copies_of_one_mail_are_one_mail(opened: Opened) -> None:
    data = {"from": "tom@example.com", "text": "Hello", "message_id": "<one@example.com>"}
    answers = times(50, lambda: arrives(opened, "email.received", data).status_code)
    assert answers == [200] * 50
    arrives(opened, "email.received", data, id="evt_told_twice")
    processing.work_off()
    assert (Message.objects.count(), Conversation.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert Message.objects.get().occurred_at < timezone.now()
