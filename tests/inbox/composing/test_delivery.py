"""What became of a message: reported by a provider, retried by a person."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.actors import Actor
from activity.models import Event
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid, NotAllowed
from inbox import sending
from inbox.erasure import erase
from inbox.models import Conversation, Message, MessageDelivery
from integrations.models import Connection
from tests.arrivals import events, write_in
from tests.crowd import times


@pytest.fixture
def sent(anna: Actor, priya: Conversation) -> Message:
    return sending.reply(actor=anna, conversation=priya, body="Gladly.")


def states(message: Message) -> list[str]:
    return list(message.deliveries.order_by("occurred_at", "created_at").values_list("state", flat=True))


def test_each_thing_a_provider_says_is_a_row_and_an_event(us: Actor, sent: Message) -> None:
    for state, words in (("queued", ""), ("sent", "250 OK"), ("delivered", ""), ("read", "")):
        sending.report(actor=us, message=sent, state=state, words=words)
    assert states(sent) == ["queued", "sent", "delivered", "read"]
    told = Event.objects.filter(type="message.delivery_changed").order_by("sequence").first()
    assert told is not None
    assert told.payload == {
        "conversation_id": str(sent.conversation_id), "contact_id": str(sent.conversation.contact_id),
        "channel": "email", "state": "queued", "words": "",
    }  # fmt: skip
    assert events("message.delivery_changed") == ["message.delivery_changed"] * 4


def test_the_same_twice_in_a_row_is_one(us: Actor, sent: Message) -> None:
    for _ in range(2):
        sending.report(actor=us, message=sent, state="failed", words="550 no such user")
    assert states(sent) == ["failed"]
    sending.report(actor=us, message=sent, state="failed", words="552 mailbox full")
    assert states(sent) == ["failed", "failed"]


def test_what_failed_is_queued_again_behind_a_clock_that_runs_ahead(us: Actor, anna: Actor, sent: Message) -> None:
    MessageDelivery.objects.create(
        workspace=sent.workspace, message=sent, state="failed", occurred_at=timezone.now() + timedelta(hours=1)
    )
    sending.retry(actor=anna, message=sent)
    assert states(sent) == ["failed", "queued"]
    last = sending.latest(sent)
    assert last is not None
    assert last.state == "queued"
    assert events("message.delivery_changed") == ["message.delivery_changed"]


@pytest.mark.django_db(transaction=True)
def test_a_double_press_retries_once(us: Actor, anna: Actor, sent: Message) -> None:
    sending.report(actor=us, message=sent, state="failed", words="timed out")
    failed = sent.deliveries.get().pk
    answers = times(10, partial(sending.retry, actor=anna, message=sent, failed=failed))
    assert answers == [None] * 10
    assert states(sent) == ["failed", "queued"]


def test_a_late_second_press_does_not_retry_the_next_failure(us: Actor, anna: Actor, sent: Message) -> None:
    sending.report(actor=us, message=sent, state="failed", words="one")
    failed = sent.deliveries.get().pk
    sending.retry(actor=anna, message=sent, failed=failed)
    sending.report(actor=us, message=sent, state="failed", words="two")
    sending.retry(actor=anna, message=sent, failed=failed)
    assert states(sent) == ["failed", "queued", "failed"]


@pytest.mark.parametrize("state", ["", "queued", "sent", "read"])
def test_what_did_not_fail_is_not_retried(us: Actor, anna: Actor, sent: Message, state: str) -> None:
    if state:
        sending.report(actor=us, message=sent, state=state)
    before = states(sent)
    with pytest.raises(Conflict, match="did not fail"):
        sending.retry(actor=anna, message=sent)
    assert states(sent) == before


def test_to_who_asked_not_to_be_written_to_nothing_is_retried(us: Actor, anna: Actor, sent: Message) -> None:
    sending.report(actor=us, message=sent, state="failed", words="550")
    suppress(actor=us, contact=sent.conversation.contact, reason="unsubscribed")
    with pytest.raises(Conflict, match="asked not to be contacted"):
        sending.retry(actor=anna, message=sent)
    assert states(sent) == ["failed"]


def test_a_viewer_retries_nothing(us: Actor, hal: Actor, sent: Message) -> None:
    sending.report(actor=us, message=sent, state="failed", words="550")
    with pytest.raises(NotAllowed):
        sending.retry(actor=hal, message=sent, failed=uuid4())
    assert states(sent) == ["failed"]


def test_only_what_we_sent_has_a_delivery_in_words_that_exist(us: Actor, sent: Message) -> None:
    theirs = Message.objects.get(conversation=sent.conversation, direction="inbound")
    with pytest.raises(Conflict):
        sending.report(actor=us, message=theirs, state="sent")
    with pytest.raises(Invalid, match="Use one of: queued, sent"):
        sending.report(actor=us, message=sent, state="lost")
    assert not MessageDelivery.objects.exists()


def test_what_is_reported_of_an_erased_message_leaves_no_words(us: Actor, olga: Actor, sent: Message) -> None:
    erase(actor=olga, contact=sent.conversation.contact)
    sending.report(actor=us, message=sent, state="failed", words="550 no such user Priya")
    assert not MessageDelivery.objects.exists()


def test_a_reply_through_a_connection_waits_to_be_sent(us: Actor, anna: Actor) -> None:
    line = Connection.objects.create(workspace=us.workspace, system="email", name="Line")
    conversation = write_in(us, connection_id=line.pk).conversation
    assert states(sending.reply(actor=anna, conversation=conversation, body="Hi")) == ["queued"]
