"""The same thing many times at once, and different things that meet: real threads on real connections."""

import threading
import time
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity.consumers import consume_all
from contacts import actions as contacts
from contacts.merging import merge, unmerge
from contacts.models import Contact, Identity
from contacts.people import find_or_create
from crm.errors import Conflict
from deals.models import Deal
from inbox.chain import faults
from inbox.messages import Draft
from inbox.models import Conversation, IntentTag, Message
from inbox.opening import add_message, open_conversation
from inbox.receiving import receive
from inbox.sending import reply
from inbox.tagging import work_off
from tests.arrivals import PRIYA, addressed, arrival, events, follow_up_on_everything, wait_until_readable, write_in
from tests.cast import acting
from tests.crowd import PATIENCE, InBackground, at_once, is_waiting_for_a_lock, times

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def test_fifty_copies_of_one_message_at_once_make_one_of_everything(us: Actor, agent: Membership) -> None:
    copy = arrival("Yes please, let us talk on Tuesday", external_id="<1@x>", sender=(PRIYA, "priya@home.example"))

    answers = times(50, lambda: receive(actor=us, arrival=copy))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert {message.pk for message, _ in answers} == {Message.objects.get().pk}  # type: ignore[misc]
    assert sorted(is_new for _, is_new in answers) == [False] * 49 + [True]  # type: ignore[misc]
    assert (Contact.objects.count(), Conversation.objects.count(), Identity.objects.count()) == (1, 1, 2)
    assert events() == ["contact.created", "conversation.created", "message.received"]

    wait_until_readable()
    times(4, lambda: work_off() + consume_all())
    follow_up_on_everything()

    assert IntentTag.objects.count() == 1
    assert sorted(events()) == sorted(set(events())), "one event of each kind"
    assert Deal.objects.count() <= 1


def test_parallel_messages_of_one_chat_keep_the_chain_without_a_gap(us: Actor) -> None:
    same: dict[str, Any] = {"channel": "whatsapp", "sender": "+14155550101"}
    answers = at_once([partial(write_in, us, external_id=f"m-{number}", **same) for number in range(20)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    conversation = Conversation.objects.get()
    assert list(conversation.messages.order_by("position").values_list("position", flat=True)) == list(range(1, 21))
    assert (conversation.message_count, conversation.unread_count) == (20, 20)
    assert list(faults([conversation])) == []


def test_everybody_writing_into_one_conversation_at_once_keeps_its_chain(us: Actor, agent: Membership) -> None:
    conversation = write_in(us, thread_id="t").conversation
    inbound = Draft(direction="inbound", body="Recorded")
    works: list[Any] = [
        lambda: write_in(us, thread_id="t"),
        lambda: reply(actor=acting(agent), conversation=conversation, body="Hi"),
        lambda: add_message(actor=us, conversation=conversation, draft=inbound),
    ] * 5
    answers = at_once(works)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    conversation.refresh_from_db()
    assert conversation.message_count == 16
    assert list(faults([conversation])) == []


def test_one_new_person_through_every_door_at_once_is_one_contact(us: Actor) -> None:
    email = addressed("email", PRIYA)
    works: list[Any] = [
        lambda: write_in(us),
        lambda: contacts.create(actor=us, email="Priya@example.com", name="Created"),
        lambda: contacts.upsert(actor=us, email=PRIYA, name="Upserted"),
        lambda: open_conversation(actor=us, channel="email", lead_email=PRIYA, lead_name="Opened"),
        lambda: find_or_create(actor=us, client_id=None, addresses=email),
    ] * 4
    answers = at_once(works)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(error, Conflict) and error.code == "already_exists" for error in refused), refused
    assert (Contact.objects.count(), Identity.objects.count()) == (1, 1)
    assert events("contact.created") == ["contact.created"]


def test_of_parallel_creates_of_one_contact_one_makes_it_and_the_others_are_told(us: Actor) -> None:
    works = [
        partial(contacts.create, actor=us, email=PRIYA, name=f"Name {number}", company=f"C{number}")
        for number in range(8)
    ]
    answers = at_once(works)
    made = [answer for answer in answers if isinstance(answer, Contact)]
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(made), len(refused)) == (1, 7)
    stored = Contact.objects.get()
    assert (stored.name, stored.company) == (made[0].name, made[0].company)
    assert {error.existing for error in refused} == {stored.pk}


def test_people_with_overlapping_addresses_arriving_at_once_do_not_wait_in_a_circle(us: Actor) -> None:
    one, two = "a@example.com", "b@example.com"
    answers = at_once([lambda: write_in(us, sender=(one, two)), lambda: write_in(us, sender=(two, one))] * 6)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Contact.objects.count() == 1


class Held:
    """A merge that has done everything but commit."""

    def __init__(self, work: Any) -> None:
        self.ready, self.let_go = threading.Event(), threading.Event()
        self.thread = InBackground(lambda: self._hold(work))
        assert self.ready.wait(PATIENCE), self.thread.error

    def _hold(self, work: Any) -> Any:
        with transaction.atomic():
            answer = work()
            self.ready.set()
            assert self.let_go.wait(2 * PATIENCE)
        return answer

    def commit(self) -> Any:
        self.let_go.set()
        return self.thread.result()


def wait_for_a_waiter() -> None:
    until = time.monotonic() + PATIENCE
    while not is_waiting_for_a_lock():
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.02)


def test_a_message_that_arrives_during_a_merge_goes_to_the_winner(us: Actor) -> None:
    winner = write_in(us, sender="winner@example.com").conversation.contact
    loser = write_in(us, sender="loser@example.com").conversation.contact
    merging = Held(lambda: merge(actor=us, winner=winner, loser=loser))
    arriving = InBackground(lambda: write_in(us, sender="loser@example.com"))
    wait_for_a_waiter()
    merging.commit()
    assert arriving.result().conversation.contact_id == winner.pk
    assert not Conversation.objects.filter(contact=loser).exists()


def test_a_message_that_arrives_while_a_merge_is_taken_apart_goes_to_whom_it_is_from(us: Actor) -> None:
    winner = write_in(us, sender="winner@example.com").conversation.contact
    loser = write_in(us, sender="loser@example.com").conversation.contact
    done = merge(actor=us, winner=winner, loser=loser)
    parting = Held(lambda: unmerge(actor=us, done=done))
    arriving = InBackground(lambda: write_in(us, sender="loser@example.com"))
    wait_for_a_waiter()
    parting.commit()
    assert arriving.result().conversation.contact_id == loser.pk


def test_a_reply_during_a_merge_is_appended_under_the_winners_lock(us: Actor, agent: Membership) -> None:
    winner = write_in(us, sender="winner@example.com").conversation.contact
    theirs = write_in(us, sender="loser@example.com").conversation
    merging = Held(lambda: merge(actor=us, winner=winner, loser=theirs.contact))
    replying = InBackground(lambda: reply(actor=acting(agent), conversation=theirs, body="Hello"))
    wait_for_a_waiter()
    merging.commit()
    message = replying.result()
    assert Conversation.objects.get(pk=message.conversation_id).contact_id == winner.pk
    assert list(faults(Conversation.objects.all())) == []


def test_a_conversation_opened_by_contact_during_a_merge_is_with_the_winner(us: Actor) -> None:
    winner = write_in(us, sender="winner@example.com").conversation.contact
    loser = write_in(us, sender="loser@example.com").conversation.contact
    merging = Held(lambda: merge(actor=us, winner=winner, loser=loser))
    opening = InBackground(lambda: open_conversation(actor=us, channel="email", contact_id=loser.pk))
    wait_for_a_waiter()
    merging.commit()
    assert opening.result()[0].contact_id == winner.pk


def test_merges_taken_apart_and_messages_at_once_neither_lose_nor_hang(us: Actor) -> None:
    winner = write_in(us, sender="winner@example.com").conversation.contact
    loser = write_in(us, sender="loser@example.com").conversation.contact

    def merge_and_unmerge() -> None:
        for _ in range(4):
            unmerge(actor=us, done=merge(actor=us, winner=winner, loser=loser))

    def write() -> None:
        for number in range(4):
            write_in(us, sender=("winner@example.com", "loser@example.com")[number % 2])

    answers = at_once([merge_and_unmerge, write, write])

    assert answers == [None, None, None]
    assert Message.objects.count() == 10
    for contact in (winner, loser):
        values = Conversation.objects.filter(contact=contact).values_list("identity__value", flat=True)
        assert set(values) == {contact.email}
    assert list(faults(Conversation.objects.all())) == []


def test_the_same_message_recorded_in_parallel_through_the_api_is_one(us: Actor) -> None:
    conversation, _ = open_conversation(actor=us, channel="email", lead_email=PRIYA)
    draft = Draft(direction="inbound", body="Hi", external_id="<1@x>")
    answers = times(8, lambda: add_message(actor=us, conversation=conversation, draft=draft))
    assert sorted(is_new for _, is_new in answers) == [False] * 7 + [True]  # type: ignore[misc]
    assert Message.objects.count() == 1


def test_one_outside_conversation_opened_in_parallel_is_one(us: Actor) -> None:
    answers = times(8, lambda: open_conversation(actor=us, channel="email", lead_email=PRIYA, external_id="c-1"))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Conversation.objects.count() == 1
    assert events("conversation.created") == ["conversation.created"]
