"""Taking in what happened elsewhere: the person, the thread, the message, each once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor, system
from accounts.models import Workspace
from clients.models import Client
from contacts.addresses import Address
from contacts.merging import merge
from contacts.models import Contact, Identity
from crm.errors import Invalid
from inbox.messages import Draft, File
from inbox.models import Conversation, IntentWork, Message
from inbox.receiving import Arrival, receive
from tests.arrivals import PRIYA, addressed, ago, arrival, events, write_in


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def test_a_first_message_makes_the_person_the_thread_and_the_message(us: Actor) -> None:
    message = write_in(us, "Hello there", name="Priya", subject="Hi", external_id="<1@x>", source="mail")
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.source) == ("Priya", PRIYA, "mail")
    conversation = Conversation.objects.get()
    assert (conversation.contact, conversation.channel, conversation.subject) == (contact, "email", "Hi")
    assert conversation.identity == Identity.objects.get()
    assert (message.conversation, message.body, message.position) == (conversation, "Hello there", 1)
    assert (message.author_kind, message.author_id) == ("contact", contact.pk)
    assert events() == ["contact.created", "conversation.created", "message.received"]
    assert IntentWork.objects.get().message == message


def test_the_same_outside_id_again_answers_with_the_first(us: Actor) -> None:
    first = write_in(us, "Hello", external_id="<1@x>")
    again, is_new = receive(actor=us, arrival=arrival("Another text", external_id="<1@x>"))
    assert (again.pk, is_new) == (first.pk, False)
    assert Message.objects.count() == 1
    assert events("message.received") == ["message.received"]


def test_what_we_wrote_elsewhere_is_recorded_as_ours_and_asks_for_no_intent(us: Actor) -> None:
    message = write_in(us, direction="outbound")
    assert events("message.received", "message.sent") == ["message.sent"]
    assert (message.author_kind, message.author_id) == ("person", None)
    assert not IntentWork.objects.exists()


def test_a_chat_with_a_person_goes_on_in_its_thread(us: Actor) -> None:
    first = write_in(us, channel="whatsapp", sender="+14155550101")
    second = write_in(us, channel="whatsapp", sender="+1 415 555 0101")
    assert second.conversation_id == first.conversation_id
    assert second.position == 2


def test_each_channel_and_each_connection_has_its_own_thread(us: Actor) -> None:
    one = write_in(us, channel="whatsapp", sender="+14155550101")
    two = write_in(us, channel="sms", sender="+14155550101")
    assert one.conversation_id != two.conversation_id
    assert one.conversation.contact_id == two.conversation.contact_id


def test_after_a_merge_each_number_keeps_its_own_chat(us: Actor) -> None:
    private = write_in(us, channel="whatsapp", sender="+14155550101").conversation
    office = write_in(us, channel="whatsapp", sender="+14155550102").conversation
    merge(actor=us, winner=private.contact, loser=office.contact)
    assert write_in(us, channel="whatsapp", sender="+14155550101").conversation_id == private.pk
    assert write_in(us, channel="whatsapp", sender="+14155550102").conversation_id == office.pk


def test_a_mail_that_answers_one_we_know_joins_its_thread_and_any_other_begins_one(us: Actor) -> None:
    first = write_in(us, external_id="<1@x>")
    answer = write_in(us, external_id="<2@x>", ancestors=["<0@elsewhere>", "<1@x>"])
    other = write_in(us, external_id="<3@x>")
    assert answer.conversation_id == first.conversation_id
    assert other.conversation_id != first.conversation_id


def test_of_several_ancestors_the_nearest_says_which_thread(us: Actor) -> None:
    write_in(us, external_id="<1@x>")
    near = write_in(us, external_id="<2@x>")
    assert write_in(us, ancestors=["<2@x>", "<1@x>"]).conversation_id == near.conversation_id


def test_somebody_elses_answer_stays_out_of_a_persons_thread(us: Actor) -> None:
    first = write_in(us, external_id="<1@x>")
    other = write_in(us, sender="colleague@example.com", ancestors=["<1@x>"])
    assert other.conversation_id != first.conversation_id
    assert other.conversation.contact_id != first.conversation.contact_id


def test_the_outside_systems_thread_is_one_conversation(us: Actor) -> None:
    first = write_in(us, thread_id="t-1")
    assert write_in(us, thread_id="t-1").conversation_id == first.conversation_id
    assert write_in(us, thread_id="t-2").conversation_id != first.conversation_id


def test_each_client_has_its_own_record_of_the_same_person(us: Actor, harbour: Client, meadow: Client) -> None:
    one = write_in(us, external_id="<1@x>", client_id=harbour.pk)
    two = write_in(us, external_id="<1@x>", client_id=meadow.pk)
    assert one.pk != two.pk
    assert one.conversation.contact_id != two.conversation.contact_id


def test_addresses_that_nobody_has_yet_are_added_to_the_person(us: Actor) -> None:
    write_in(us)
    write_in(us, sender=(PRIYA, "priya@home.example"))
    assert sorted(Identity.objects.values_list("value", flat=True)) == [PRIYA, "priya@home.example"]
    assert write_in(us, sender="priya@home.example").conversation.contact.email == PRIYA


def test_one_address_written_twice_is_one_address(us: Actor) -> None:
    write_in(us, sender=("Priya@Example.com", "priya@example.com"))
    assert list(Identity.objects.values_list("value", flat=True)) == [PRIYA]


def test_a_message_from_nobody_is_refused(us: Actor) -> None:
    with pytest.raises(Invalid, match="address"):
        receive(actor=us, arrival=Arrival(channel="email", addresses=(), draft=Draft(direction="inbound", body="Hi")))
    assert not Contact.objects.exists()


def test_the_people_of_an_archive_are_not_todays(us: Actor) -> None:
    long_ago = datetime(2019, 5, 1, 12, tzinfo=UTC)
    contact = write_in(us, at=long_ago).conversation.contact
    assert contact.last_activity_at == long_ago
    write_in(us, at=long_ago - timedelta(days=9))
    contact.refresh_from_db()
    assert contact.last_activity_at == long_ago


def test_a_person_who_was_deleted_comes_back_when_they_write(us: Actor) -> None:
    contact = write_in(us).conversation.contact
    Contact.objects.update(deleted_at=ago(hours=1))
    again = write_in(us).conversation.contact
    assert again == contact
    assert again.deleted_at is None
    assert events("contact.created", subject=contact.pk) == ["contact.created", "contact.created"]


def test_whatever_characters_come_are_kept_as_far_as_a_database_can(us: Actor) -> None:
    message = write_in(
        us,
        "Nul \x00, lone \ud800, 👩‍👩‍👧, שלום",
        subject="S\x00\ud83d",
        name="N\x00",
        files=[File("a\x00.txt", "text/plain", b"\x00")],
    )
    message.refresh_from_db()
    assert message.body == "Nul \ufffd, lone \ufffd, 👩‍👩‍👧, שלום"
    assert message.subject == "S\ufffd\ufffd"
    assert message.attachments.get().name == "a\ufffd.txt"
    assert bytes(message.attachments.get().content) == b"\x00"
    assert message.conversation.contact.name == "N\ufffd"


def test_what_is_longer_than_its_column_is_cut_and_the_message_kept(us: Actor) -> None:
    message = write_in(us, "b" * 300_000, subject="s" * 5000, name="n" * 5000, source="o" * 500)
    message.refresh_from_db()
    assert (len(message.body), len(message.subject)) == (300_000, 998)
    contact = message.conversation.contact
    assert (len(contact.name), len(contact.source)) == (300, 60)


def test_headers_and_the_authors_name_are_kept_with_what_cannot_be_stored_replaced(us: Actor) -> None:
    draft = Draft(
        direction="inbound", body="Hi", headers=[("X-A", "1\x00"), ("X-A", "2")], author_name="P\x00" + "x" * 900
    )  # fmt: skip
    message, _ = receive(actor=us, arrival=Arrival(channel="email", addresses=addressed("email", PRIYA), draft=draft))
    message.refresh_from_db()
    assert message.headers == [["X-A", "1\ufffd"], ["X-A", "2"]]
    assert len(message.author_name) == 300


def test_a_message_said_in_another_zone_is_the_same_moment(us: Actor) -> None:
    moment = datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    message = write_in(us, at=moment)
    message.refresh_from_db()
    assert message.occurred_at == moment


def test_receiving_costs_the_same_in_a_long_thread(us: Actor) -> None:
    costs = []
    for number in range(30):
        with CaptureQueriesContext(connection) as queries:
            write_in(us, thread_id="t", external_id=f"<{number}@x>")
        costs.append(len(queries))
    assert set(costs[1:]) == {22}


def test_addresses_keep_their_kind_apart(us: Actor) -> None:
    chat = Address("chat", "visitor-1", "visitor-1")
    receive(actor=us, arrival=Arrival(channel="chat", addresses=(chat,), draft=Draft(direction="inbound", body="Hi")))
    contact = Contact.objects.get()
    assert (contact.email, contact.phone) == ("", "")
    assert str(Identity.objects.get()) == "chat:visitor-1"
