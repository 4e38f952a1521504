"""Reports of mail servers become what became of our mail; nobody's message, and no conversation."""

import pytest

from contacts import suppression
from contacts.models import Contact, Suppression
from crm.errors import Conflict
from inbox.models import Conversation, Message
from inbox.sending import reply
from tests.cast import acting
from tests.inbox.letters import ME, PRIYA, letter
from tests.integrations.email.bounced import QMAIL, RECEIPT, dsn
from tests.integrations.email.house import House, only, said

pytestmark = pytest.mark.django_db
UNKNOWN = "550 5.1.1 <priya@example.com>: Recipient address rejected: User unknown"


@pytest.fixture
def sent(house: House, agent) -> Message:
    """An answer to Priya, on its way."""
    house.deliver(letter("ask"))
    house.look()
    message = reply(actor=acting(agent), conversation=only(), body="Here it is.")
    house.send_all()
    house.look()
    return message


def report(house: House, mail: bytes) -> dict[str, int]:
    house.deliver(mail)
    return house.counted()


def test_a_bounce_fails_the_message_that_it_names_and_stops_writing_to_that_address(house, sent, agent, owner):
    assert report(house, dsn(returned=sent.external_id)) == {"seen": 1, "changed": 1}
    assert said(sent)[-1] == ("failed", UNKNOWN)
    assert (Message.objects.count(), Conversation.objects.count()) == (2, 1)
    assert not Contact.objects.filter(email__contains="daemon").exists()
    assert only().turn == "theirs"
    priya = Contact.objects.get(email=PRIYA)
    assert (priya.status, Suppression.objects.get().reason) == ("bounced", f"bounced: {UNKNOWN}")
    with pytest.raises(Conflict) as refused:
        reply(actor=acting(agent), conversation=only(), body="Did it arrive?")
    assert refused.value.message.startswith(f"Nothing arrives at this address of {PRIYA} (bounced: 550 5.1.1")
    suppression.lift(actor=acting(owner), contact=priya)
    priya.refresh_from_db()
    assert priya.status == "active"
    assert reply(actor=acting(agent), conversation=only(), body="Did it arrive?")


def test_the_same_bounce_is_read_once(house, sent, agent, owner):
    house.deliver(dsn(returned=sent.external_id))
    house.look()
    suppression.lift(actor=acting(owner), contact=only().contact)
    assert house.counted(full=True)["same"] == 3
    assert not Suppression.objects.exists()


def test_without_an_id_it_is_about_the_newest_to_that_address(house, sent):
    assert report(house, dsn(returned="")) == {"seen": 1, "changed": 1}
    assert said(sent)[-1] == ("failed", UNKNOWN)
    assert Contact.objects.get(email=PRIYA).status == "bounced"


def test_what_may_pass_fails_the_message_and_leaves_the_address(house, sent):
    report(house, dsn(returned=sent.external_id, status="5.2.2", said="smtp; 552 5.2.2 Over quota"))
    assert said(sent)[-1] == ("failed", "552 5.2.2 Over quota")
    assert (Contact.objects.get(email=PRIYA).status, Suppression.objects.count()) == ("active", 0)


def test_a_delay_is_words_only(house, sent):
    report(house, dsn(returned=sent.external_id, action="delayed", status="4.4.1", said="smtp; 451 Try later"))
    assert said(sent)[-1] == ("sent", "Delayed: 451 Try later")
    report(house, dsn(returned=sent.external_id, id="second"))
    report(house, dsn(returned=sent.external_id, action="delayed", status="4.4.1", said="smtp; 451 Late", id="third"))
    assert said(sent)[-1] == ("failed", UNKNOWN)


def test_delivered_and_read_are_states(house, sent):
    delivered = dsn(returned=sent.external_id, action="delivered", status="2.0.0", said="smtp; 250 OK")
    receipt = RECEIPT.replace(b"ours@acme.example", str(sent.external_id).encode())
    report(house, receipt)
    report(house, delivered)  # told later, happened before
    assert [state for state, _ in said(sent)] == ["queued", "sent", "read"]


def test_what_is_written_freely_counts_too(house, sent):
    report(house, QMAIL.replace(b"ours@acme.example", str(sent.external_id).encode()))
    state, words = said(sent)[-1]
    assert (state, "550 5.1.1 No such user here" in words) == ("failed", True)
    assert Contact.objects.get(email=PRIYA).status == "bounced"


def test_a_free_text_that_names_nothing_of_ours_is_a_mail_like_any(house):
    house.deliver(QMAIL)
    assert house.counted() == {"seen": 1, "new": 1}


def test_a_report_on_nothing_of_ours_is_no_message_and_stops_nobody(house, sent):
    assert report(house, dsn(returned="other@x", recipient="tom@example.com")) == {"seen": 1, "same": 1}
    assert (Message.objects.count(), Suppression.objects.count()) == (2, 0)
    assert said(sent)[-1] == ("sent", "")


def test_only_the_address_that_bounced_is_stopped(house, agent):
    house.deliver(letter("ask"))
    house.deliver(letter("two", sender=ME, to=f"{PRIYA}, tom@example.com", day=2, answers="ask"), folder="Sent")
    house.look()
    report(house, dsn(returned="two@x", recipient="tom@example.com"))
    assert said(Message.objects.get(external_id="two@x"))[-1][0] == "failed"
    assert (Contact.objects.get(email=PRIYA).status, Suppression.objects.count()) == ("active", 0)
