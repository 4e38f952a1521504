"""What Kirim is told, and what becomes of it when something goes wrong on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from contacts.actions import change
from contacts.labels import named
from contacts.models import Contact
from contacts.people import add_address, find_or_create
from contacts.suppression import suppress
from inbox import actions, sending
from inbox.models import Conversation, Message, MessageDelivery, OutsideId
from integrations import pushing
from integrations.base import Connected, Failed, Later, Wanted
from integrations.calling import Unreachable
from integrations.connecting import connect
from integrations.kirim import messages, people, threads
from integrations.kirim import push as pushes
from integrations.models import Connection, Push
from tests.arrivals import addressed, write_in
from tests.cast import acting
from tests.integrations.kirim.conftest import PRIYA, settle
from tests.integrations.kirim.stand_in import StandIn

pytestmark = pytest.mark.django_db


def person(agent: Membership, *phones: str, name: str = "Priya Sharma", email: str = "") -> Contact:
    contact, _ = find_or_create(
        actor=acting(agent), client_id=None, addresses=addressed("whatsapp", *(phones or [PRIYA])), name=name
    )  # fmt: skip
    return change(actor=acting(agent), contact=contact, email=email) if email else contact


def tell(connected: Connected, kind: str, subject: Any) -> Push:
    """Ask for it and do it."""
    pushing.wish(connected.connection, Wanted(kind, subject.pk))
    pushing.work_off()
    return Push.objects.latest("created_at")


def theirs(kirim: StandIn) -> Any:
    [one] = kirim.state()["contacts"]
    return one


class TestContacts:
    def test_somebody_whom_kirim_does_not_know_is_made_there_once(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact = person(agent, email="priya@example.com")
        row = tell(connected, "contact", contact)
        assert (row.state, row.outcome) == ("done", "Priya Sharma: made in Kirim")
        there = theirs(kirim)
        assert (there["phone_number"], there["name"], there["email"], there["metadata"]) == (
            PRIYA, "Priya Sharma", "priya@example.com", {"crm_id": str(contact.pk)}
        )  # fmt: skip
        [call] = kirim.asked("POST")
        assert call["headers"]["idempotency-key"] == row.idempotency_key
        assert contact.identities.get(kind="kirim").value == there["id"]
        tell(connected, "contact", contact)
        assert [one["method"] for one in kirim.asked()] == ["GET"], "what is the same there is not written"

    def test_somebody_whom_kirim_knows_is_found_by_phone_and_only_what_differs_is_written(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        there = kirim.contact(PRIYA, name="Priya Sharma", email="old@example.com", metadata={"city": "Bandung"})
        contact = person(agent, email="priya@example.com")
        tell(connected, "contact", contact)
        [call] = [one for one in kirim.asked() if one["method"] != "GET"]
        assert (call["method"], call["path"].endswith(there["id"])) == ("PATCH", True)
        assert theirs(kirim)["metadata"] == {"city": "Bandung", "crm_id": str(contact.pk)}
        assert theirs(kirim)["email"] == "priya@example.com"
        assert "name" not in call["body"]

    def test_what_changed_there_since_both_agreed_is_heard_not_overwritten(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact = person(agent)
        tell(connected, "contact", contact)
        kirim.edit_contact(theirs(kirim)["id"], name="Priya from Kirim")
        change(actor=acting(agent), contact=Contact.objects.get(), email="priya@example.com")
        tell(connected, "contact", contact)
        contact = Contact.objects.get()
        assert (contact.name, theirs(kirim)["name"]) == ("Priya from Kirim", "Priya from Kirim")
        assert theirs(kirim)["email"] == "priya@example.com"

    def test_where_both_changed_a_field_the_later_one_wins(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact = person(agent)
        tell(connected, "contact", contact)
        kirim.edit_contact(theirs(kirim)["id"], name="Priya from Kirim")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            change(actor=acting(agent), contact=Contact.objects.get(), name="Priya from here")
        tell(connected, "contact", contact)
        assert (Contact.objects.get().name, theirs(kirim)["name"]) == ("Priya from here", "Priya from here")

    def test_an_event_from_before_our_write_does_not_undo_it(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact = person(agent)
        tell(connected, "contact", contact)
        kirim.edit_contact(theirs(kirim)["id"], name="Priya from Kirim")
        old = theirs(kirim)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            change(actor=acting(agent), contact=Contact.objects.get(), name="Priya from here")
        tell(connected, "contact", contact)
        assert people.hear(connected, old, {"name"}, is_news=True) is None
        assert Contact.objects.get().name == "Priya from here"

    def test_both_numbers_of_a_person_are_told_of_and_the_first_one_stays(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        kirim.contact("+6281111111111")
        kirim.contact(PRIYA)
        contact = person(agent)
        add_address(actor=acting(agent), contact=contact, address=addressed("whatsapp", "+6281111111111")[0])
        tell(connected, "contact", contact)
        assert {one["name"] for one in kirim.state()["contacts"]} == {"Priya Sharma"}
        assert Contact.objects.get().phone == PRIYA
        assert contact.identities.filter(kind="kirim").count() == 2

    def test_without_a_phone_there_is_nobody_to_tell_of(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact, _ = find_or_create(actor=acting(agent), client_id=None, addresses=addressed("email", "a@example.com"))
        assert "has no phone number" in tell(connected, "contact", contact).outcome
        assert kirim.asked() == []

    @pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 502}, {"garbage": True}])
    def test_however_the_making_breaks_off_there_is_one(
        self, connected: Connected, kirim: StandIn, agent: Membership, fault: Any
    ) -> None:
        contact = person(agent)
        kirim.fails({"method": "POST", **fault})
        row = tell(connected, "contact", contact)
        assert (row.state, row.attempts) == ("waiting", 1)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            pushing.work_off()
        assert Push.objects.get().state == "done"
        assert theirs(kirim)["metadata"] == {"crm_id": str(contact.pk)}

    def test_killed_between_the_two_halves_it_is_done_once(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        contact = person(agent)
        pushing.wish(connected.connection, Wanted("contact", contact.pk))
        row = Push.objects.get()
        pushes.send(connected, row)  # and nothing after it
        pushing.work_off()
        assert (Push.objects.get().state, len(kirim.state()["contacts"])) == ("done", 1)

    def test_a_refusal_is_shown_with_kirims_words(
        self, connected: Connected, kirim: StandIn, agent: Membership
    ) -> None:
        kirim.fails({"method": "POST", "status": 400, "code": "invalid_phone"})
        row = tell(connected, "contact", person(agent))
        assert (row.state, row.last_error) == ("dead", "Kirim refused: Invalid phone.")

    def test_a_wrong_key_says_what_to_do(self, connected: Connected, kirim: StandIn, agent: Membership) -> None:
        kirim.arrange(api_key="another")
        row = tell(connected, "contact", person(agent))
        assert row.state == "dead"
        assert row.last_error.startswith("Kirim does not take the API key.")
        assert kirim.api_key not in row.last_error


@pytest.mark.parametrize("generation", ["kckit", "kirim", "kirimdev"])
def test_each_generation_of_the_api_is_spoken_to_as_it_wants(
    kirim: StandIn, owner: Membership, agent: Membership, generation: str
) -> None:
    opened = connect(actor=acting(owner), system="kirim", settings=kirim.settings(generation))
    one = Connected(Connection.objects.select_related("workspace").get(pk=opened.connection.pk))
    tell(one, "contact", person(agent))
    kirim.writes(PRIYA, "Halo")
    write_in(one.actor, "Halo", sender=PRIYA, channel="whatsapp", connection_id=one.connection.pk)
    conversation = Conversation.objects.get()
    message = sending.reply(actor=acting(agent), conversation=conversation, body="Ya")
    assert tell(one, "message", message).state == "done"
    label = actions.label(actor=acting(agent), conversation=conversation, label=_label(agent, "vip"))
    assert label
    assert tell(one, "labels", conversation).state == "done"
    assert len(kirim.state()["conversation_labels"]) == 1


def _label(agent: Membership, name: str) -> Any:
    return named(actor=acting(agent), name=name)


@pytest.fixture
def chat(connected: Connected, kirim: StandIn) -> Conversation:
    """Priya has written at both sides just now."""
    said = kirim.writes(PRIYA, "Halo", name="Priya Sharma")
    kirim.arrange(waiting=[])
    write_in(
        connected.actor, "Halo", sender=PRIYA, channel="whatsapp", connection_id=connected.connection.pk,
        external_id=said["_wamid"], name="Priya Sharma",
    )  # fmt: skip
    kirim.asked()
    return Conversation.objects.get()


def replied(agent: Membership, chat: Conversation, body: str = "Masih ada") -> Message:
    return sending.reply(actor=acting(agent), conversation=Conversation.objects.get(pk=chat.pk), body=body)


def there(kirim: StandIn) -> list[str]:
    return [one["text"]["body"] for one in kirim.state()["messages"] if one["direction"] == "outbound"]


def states(message: Message) -> list[str]:
    return list(MessageDelivery.objects.filter(message=message).order_by("created_at").values_list("state", flat=True))


class TestMessages:
    def test_a_reply_goes_out_once_and_is_known_by_both_ids(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        message = replied(agent, chat)
        row = tell(connected, "message", message)
        assert (row.outcome, there(kirim), states(message)) == (
            "Sent to Priya Sharma", ["Masih ada"], ["queued", "sent"]
        )  # fmt: skip
        ids = set(OutsideId.objects.filter(message=message).values_list("external_id", flat=True))
        said = next(one for one in kirim.state()["messages"] if one["direction"] == "outbound")
        assert ids == {said["id"], said["_wamid"]}

    @pytest.mark.parametrize("fault", [{"cut": "after"}, {"cut": "before"}, {"status": 500}, {"garbage": True}])
    def test_however_the_sending_breaks_off_they_get_one_message(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation, fault: Any
    ) -> None:
        message = replied(agent, chat)
        kirim.fails({"method": "POST", "path": "messages", **fault})
        assert tell(connected, "message", message).state == "waiting"
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            pushing.work_off()
        assert there(kirim) == ["Masih ada"]
        assert states(message) == ["queued", "sent"]

    def test_its_echo_before_the_answer_is_the_same_message(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        message = replied(agent, chat)
        kirim.fails({"method": "POST", "path": "messages", "cut": "after"})
        tell(connected, "message", message)
        said = next(one for one in kirim.state()["messages"] if one["direction"] == "outbound")
        messages.of_kirim(connected, {**said, "wamid": said["_wamid"]}, {"phone_number": PRIYA})
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            pushing.work_off()
        assert Message.objects.filter(direction="outbound").count() == 1
        assert there(kirim) == ["Masih ada"]

    def test_outside_of_the_24_hours_it_fails_and_says_what_to_do(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        """Kirim's clock and ours may differ: it has the last word."""
        message = replied(agent, chat)
        kirim.pass_time(25 * 3600)
        assert tell(connected, "message", message).state == "dead"
        last = sending.latest(message)
        assert last
        assert last.state == "failed"
        assert "Wait until they write again, or send an approved template" in last.words

    def test_whoever_asked_to_be_left_alone_meanwhile_is_not_written_to(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        message = replied(agent, chat)
        suppress(actor=acting(agent), contact=chat.contact, reason="said so")
        assert tell(connected, "message", message).state == "dead"
        assert (there(kirim), states(message)) == ([], ["queued", "failed"])

    def test_tried_again_by_hand_it_is_a_new_call(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        message = replied(agent, chat)
        kirim.fails({"method": "POST", "path": "messages", "status": 400, "code": "bad"})
        tell(connected, "message", message)
        sending.retry(actor=acting(agent), message=message)
        tell(connected, "message", message)
        assert there(kirim) == ["Masih ada"]
        assert states(message) == ["queued", "failed", "queued", "sent"]

    def test_when_kirim_cannot_be_reached_to_the_end_the_message_says_so(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        message = replied(agent, chat)
        kirim.fails({"method": "POST", "path": "messages", "status": 503, "times": 2})
        row = Push(kind="message", subject_id=message.pk, attempts=8, connection=connected.connection)
        with pytest.raises(Failed, match="could not be reached"):
            pushes.send(connected, row)
        row.attempts = 7
        with pytest.raises(Unreachable):
            pushes.send(connected, row)

    def test_the_limit_of_writes_is_waited_for(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        kirim.arrange(limits={"reads": 600, "writes": 2})
        rows = [tell(connected, "message", replied(agent, chat, f"Part {number}")) for number in range(3)]
        last = rows[-1]
        last.refresh_from_db()
        assert (last.state, last.attempts) == ("waiting", 0)
        assert timezone.now() < last.due_at <= timezone.now() + timedelta(seconds=60)
        assert there(kirim) == ["Part 0", "Part 1"]
        kirim.new_minute()
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
            pushing.work_off()
        assert there(kirim) == ["Part 0", "Part 1", "Part 2"]

    def test_the_same_call_still_running_is_waited_for(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        kirim.fails({"method": "POST", "status": 409, "code": "idempotency_in_progress"})
        row = tell(connected, "message", replied(agent, chat))
        assert (row.state, row.attempts) == ("waiting", 0)


class TestConversations:
    def test_closing_and_assigning_are_told_in_one_call(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        anna = kirim.user("Anna", agent.user.email)
        users = {**connected.connection.settings, "users": {agent.user.email: anna["id"]}}
        Connection.objects.update(settings=users)
        actions.assign(actor=acting(agent), conversation=chat, to=agent)
        actions.close(actor=acting(agent), conversation=chat)
        kirim.asked()
        row = tell(connected, "conversation", chat)
        assert row.state == "done", row.last_error
        [one] = kirim.state()["conversations"]
        assert (one["status"], one["assignee"]["id"]) == ("resolved", anna["id"])
        assert len(kirim.asked("PATCH")) == 1

    def test_what_was_changed_there_meanwhile_is_followed(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        anna = kirim.user("Anna", agent.user.email)
        tell(connected, "conversation", chat)
        kirim.edit_conversation(kirim.state()["conversations"][0]["id"], assigned_to=anna["id"])
        chat = Conversation.objects.get()
        actions.close(actor=acting(agent), conversation=chat)
        row = tell(connected, "conversation", chat)
        assert Conversation.objects.get().assignee == agent, row.outcome
        assert kirim.state()["conversations"][0]["status"] == "resolved"

    def test_older_news_of_it_are_asked_for_anew(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        old = kirim.state()["conversations"][0]
        actions.close(actor=acting(agent), conversation=chat)
        tell(connected, "conversation", chat)
        with pytest.raises(Later):
            threads.equalise(connected, Conversation.objects.get(), old)

    def test_labels_are_made_there_put_on_and_taken_off(
        self, connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
    ) -> None:
        there = kirim.label("VIP")
        vip, hot = _label(agent, "vip"), _label(agent, "hot")
        actions.label(actor=acting(agent), conversation=chat, label=vip)
        actions.label(actor=acting(agent), conversation=chat, label=hot)
        tell(connected, "labels", chat)
        state = kirim.state()
        assert {one["name"] for one in state["labels"]} == {"VIP", "hot"}
        assert len(state["conversation_labels"]) == 2
        actions.unlabel(actor=acting(agent), conversation=chat, label=vip)
        row = tell(connected, "labels", chat)
        assert row.outcome.endswith("0 labels put on, 1 taken off")
        assert [one[1] for one in kirim.state()["conversation_labels"]] != [there["id"]]
        assert len(kirim.state()["conversation_labels"]) == 1


@pytest.mark.django_db(transaction=True)
def test_only_what_is_meant_for_kirim_is_told(
    connected: Connected, kirim: StandIn, agent: Membership, chat: Conversation
) -> None:
    """Not what is recorded only, not other channels, nothing while telling is off, nothing that came from there."""
    settle()
    Push.objects.all().delete()
    kirim.asked()
    chat = Conversation.objects.get()
    elsewhere = write_in(acting(agent), "Hello", sender="x@example.com").conversation
    actions.close(actor=acting(agent), conversation=elsewhere)
    actions.close(actor=connected.actor, conversation=chat)
    connection = Connection.objects.get()
    Connection.objects.update(settings={**connection.settings, "push": False})
    actions.reopen(actor=acting(agent), conversation=chat)
    settle()
    assert list(Push.objects.values_list("kind", flat=True)) in ([], ["contact"])
    assert [one for one in kirim.asked() if one["method"] == "PATCH"] == []


@pytest.mark.django_db(transaction=True)
def test_without_an_api_key_nobody_is_told_of_changes(
    connected: Connected, agent: Membership, chat: Conversation
) -> None:
    Push.objects.all().delete()
    row = Connection.objects.get()
    row.secrets = {**row.secrets, "api_key": ""}
    row.save(update_fields=["secrets"])
    change(actor=acting(agent), contact=person(agent, email="priya@example.com"), name="Priya S.")
    actions.close(actor=acting(agent), conversation=Conversation.objects.get())
    settle()
    assert list(Push.objects.values_list("kind", "state")) == []
