"""What each event of the webhook leads to here: with null, absent and unknown fields, twice, late and in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Membership
from activity.consumers import consume_all
from contacts.actions import change
from contacts.models import Contact
from contacts.people import find_or_create
from inbox import outside, sending
from inbox.models import Conversation, Message, MessageDelivery
from integrations import processing
from integrations.base import Connected
from integrations.models import InboundEvent, Push
from tests.arrivals import addressed, events, wait_until_readable
from tests.cast import acting
from tests.crowd import at_once
from tests.integrations.kirim.conftest import PRIYA
from tests.integrations.kirim.payloads import CONTACT, CONVERSATION, became, contact, envelope, knock, meta, said
from tests.integrations.kirim.stand_in import StandIn

pytestmark = pytest.mark.django_db
LATER = "2026-05-02T08:00:00Z"


def happens(connected: Connected, payload: dict[str, Any], **how: Any) -> str:
    """Deliver and handle it; what became of it."""
    assert knock(connected, payload, **how).status_code == 200
    processing.work_off()
    row = InboundEvent.objects.latest("arrived_at")
    return row.outcome or f"{row.state}: {row.last_error}"


def created(connected: Connected, **changes: Any) -> Contact:
    payload = envelope("contact.created", {"contact": contact(**changes), "acquisition_source": "click_to_whatsapp"})
    happens(connected, payload, event_id="evt_created")
    return Contact.objects.get()


def updated(connected: Connected, fields: Any, *, number: int = 1, **changes: Any) -> str:
    data = {"contact": contact(**{"updated_at": LATER, **changes}), "changed_fields": fields}
    return happens(connected, envelope("contact.updated", data, id=f"evt_u{number}"))


def test_a_contact_is_made_with_everything_that_is_said_of_them(connected: Connected) -> None:
    one = created(connected)
    assert (one.name, one.email, one.phone) == ("Priya Sharma", "priya@example.com", PRIYA)
    assert one.custom_fields == {"city": "Bandung", "acquisition_source": "click_to_whatsapp"}
    assert sorted(one.identities.values_list("kind", "value")) == [
        ("email", "priya@example.com"), ("kirim", CONTACT), ("phone", PRIYA)
    ]  # fmt: skip
    assert InboundEvent.objects.get().outcome == "Contact Priya Sharma added."


@pytest.mark.parametrize(
    "odd",
    [
        {"name": None, "email": None, "metadata": None, "whatsapp_account": None},
        {"id": 4711, "phone_number": "6281234567890", "email": "no address"},
        {"phone_number": None},
        {"metadata": {"": 1, "list": [1], "none": None, "crm_id": "x", "crm_segment": "y"}, "unknown": {"a": 1}},
        {"created_at": None, "updated_at": "yesterday"},
    ],
)
def test_a_contact_with_odd_or_empty_fields_is_made_all_the_same(connected: Connected, odd: Any) -> None:
    one = created(connected, **odd)
    assert "crm_id" not in one.custom_fields
    assert InboundEvent.objects.get().state == "done"


def test_a_contact_with_nothing_but_an_id_is_made(connected: Connected) -> None:
    happens(connected, envelope("contact.created", {"contact": {"id": CONTACT}}))
    assert Contact.objects.get().identities.get().value == CONTACT


@pytest.mark.parametrize("data", [{}, {"contact": None}, {"contact": {"phone_number": PRIYA}}])
def test_an_event_that_names_no_contact_is_shown_as_failed(connected: Connected, data: Any) -> None:
    words = happens(connected, envelope("contact.created", data))
    assert words == "dead: The event names no contact."
    assert not Contact.objects.exists()


def test_only_the_fields_that_changed_are_taken(connected: Connected) -> None:
    created(connected)
    updated(connected, ["name"], name="Priya S.", email="other@example.com", metadata={"city": "Jakarta"})
    one = Contact.objects.get()
    assert (one.name, one.email, one.custom_fields["city"]) == ("Priya S.", "priya@example.com", "Bandung")


def test_a_changed_metadata_is_a_changed_field_of_each_key(connected: Connected) -> None:
    created(connected)
    updated(connected, ["metadata"], metadata={"city": "Jakarta", "vip": True, "crm_id": "theirs"})
    fields = Contact.objects.get().custom_fields
    assert (fields["city"], fields["vip"], "crm_id" in fields) == ("Jakarta", True, False)


def test_a_name_that_was_emptied_there_is_empty_here(connected: Connected) -> None:
    created(connected)
    updated(connected, ["name"], name=None)
    assert Contact.objects.get().name == ""


@pytest.mark.parametrize("fields", [[], ["tags"], [None, 5]])
def test_a_change_of_what_is_not_kept_here_changes_nothing(connected: Connected, fields: Any) -> None:
    before = created(connected)
    updated(connected, fields, name="Somebody else")
    assert Contact.objects.get().version == before.version


def test_who_wrote_last_wins_field_by_field(connected: Connected, agent: Membership) -> None:
    one = created(connected)
    with time_machine.travel(datetime(2026, 5, 3, tzinfo=UTC)):
        change(actor=acting(agent), contact=one, name="Priya S. (VIP)")
    updated(connected, ["name", "email"], name="Old news", email="new@example.com")
    one.refresh_from_db()
    assert (one.name, one.email) == ("Priya S. (VIP)", "new@example.com")
    updated(connected, ["name"], number=2, name="Newest", updated_at="2026-05-04T08:00:00Z")
    one.refresh_from_db()
    assert one.name == "Newest"


def test_two_changes_in_the_wrong_order_end_with_the_later_one(connected: Connected) -> None:
    created(connected)
    updated(connected, ["name"], number=2, name="Second", updated_at="2026-05-03T08:00:00Z")
    updated(connected, ["name"], number=1, name="First", updated_at=LATER)
    assert Contact.objects.get().name == "Second"


def test_somebody_known_by_phone_is_that_person_and_keeps_their_name(connected: Connected, agent: Membership) -> None:
    one, _ = find_or_create(
        actor=acting(agent), client_id=None, addresses=addressed("whatsapp", PRIYA), name="Priya from the fair"
    )  # fmt: skip
    made = created(connected)
    assert (made.pk, made.name, made.email) == (one.pk, "Priya from the fair", "priya@example.com")


@pytest.mark.django_db(transaction=True)
def test_nothing_that_came_from_kirim_is_told_back(connected: Connected) -> None:
    created(connected, metadata={"city": "Bandung"})
    updated(connected, ["name"], name="Priya S.")
    Push.objects.all().delete()  # the marking with crm_id
    wait_until_readable()
    consume_all()
    assert not Push.objects.exists()


def test_a_message_opens_the_conversation_with_the_person(connected: Connected) -> None:
    happens(connected, meta(said()))
    message = Message.objects.select_related("conversation__contact").get()
    assert (message.body, message.direction, message.external_id) == ("Halo", "inbound", "wamid.HBgM1")
    assert message.occurred_at == datetime.fromtimestamp(1777622400, UTC)
    conversation = message.conversation
    assert (conversation.channel, str(conversation.contact), conversation.contact.phone) == (
        "whatsapp", "Priya Sharma", PRIYA
    )  # fmt: skip
    assert conversation.connection_id == connected.connection.pk


def test_further_messages_stand_in_the_same_conversation(connected: Connected) -> None:
    happens(connected, meta(said(wamid="wamid.1"), said(wamid="wamid.2", type="image", image={"caption": "Ini"})))
    assert Conversation.objects.count() == 1
    assert list(Message.objects.order_by("position").values_list("body", flat=True)) == ["Halo", "[Image]\nIni"]


@pytest.mark.parametrize(
    "odd",
    [
        {"contacts": None},
        {"contacts": [{"wa_id": None}]},
        {"messages": [{"from": "12345", "id": "wamid.1", "type": "text", "text": {"body": "short number"}}]},
        {"messages": [{"from": "user.abc", "id": "wamid.1", "type": "text", "text": {"body": "no number"}}]},
        {
            "messages": [
                {"from": 6281234567890, "id": 99, "timestamp": 1777622400, "type": "text", "text": {"body": "n"}}
            ]
        },
        {"messages": [{"from": "6281234567890", "type": None, "unknown": 1}]},
    ],
)
def test_no_message_is_lost_however_odd_it_is(connected: Connected, odd: Any) -> None:
    happens(connected, meta({**said(), **odd}))
    assert [row.state for row in InboundEvent.objects.all()] == ["done"]
    assert Message.objects.count() == 1


def test_a_message_from_nobody_is_shown_as_failed(connected: Connected) -> None:
    words = happens(connected, meta({"messages": [{"id": "wamid.1", "type": "text", "text": {"body": "x"}}]}))
    assert words == "dead: The message names nobody whom it is from."


def test_of_two_numbers_with_one_webhook_each_connection_takes_its_own(kirim: StandIn, connected: Connected) -> None:
    connected.connection.settings |= {"phone_number_id": "another"}
    connected.connection.save()
    assert "another number" in happens(connected, meta(said()))
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_copies_at_once_make_one_of_everything(connected: Connected) -> None:
    payload = meta(said())
    answers = at_once([lambda: knock(connected, payload).status_code] * 50)
    assert answers == [200] * 50
    at_once([processing.work_off] * 4)
    counts = [model.objects.count() for model in (InboundEvent, Contact, Conversation, Message)]
    assert counts == [1, 1, 1, 1]


def sent(connected: Connected, agent: Membership, wamid: str = "wamid.OUT") -> Message:
    """A reply that Kirim has taken."""
    happens(connected, meta(said(at=str(int(datetime.now(UTC).timestamp())))))
    message = sending.reply(actor=acting(agent), conversation=Conversation.objects.get(), body="Masih")
    outside.confirm(actor=connected.actor, message=message, external_id=wamid)
    return message


def states(message: Message) -> list[str]:
    return list(MessageDelivery.objects.filter(message=message).order_by("created_at").values_list("state", flat=True))


def test_statuses_in_any_order_never_go_backwards(connected: Connected, agent: Membership) -> None:
    message = sent(connected, agent)
    for status in ("delivered", "sent", "read", "delivered", "failed", "warning"):
        happens(connected, meta(became("wamid.OUT", status)))
    assert states(message) == ["queued", "delivered", "read"]


def test_a_failure_says_metas_own_words(connected: Connected, agent: Membership) -> None:
    message = sent(connected, agent)
    errors = [{"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Not on WhatsApp."}}]
    happens(connected, meta(became("wamid.OUT", "failed", errors=errors)))
    last = sending.latest(message)
    assert last
    assert (last.state, last.words) == ("failed", "Not on WhatsApp. (131026)")


def test_a_status_before_its_message_waits_for_it(connected: Connected, agent: Membership) -> None:
    words = happens(connected, meta(became("wamid.OUT", "read")))
    assert words == "waiting: The message that this is about is not here yet."
    message = sent(connected, agent)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        processing.work_off()
    assert states(message) == ["queued", "read"]


def test_a_status_of_what_never_comes_is_kept_in_the_end(connected: Connected) -> None:
    happens(connected, meta(became("wamid.NEVER", "read")))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=27)):
        processing.work_off()
    assert InboundEvent.objects.get().outcome == "No message here is known as wamid.NEVER: its status “read” was kept"


def test_a_status_of_what_they_wrote_is_no_delivery(connected: Connected) -> None:
    happens(connected, meta(said()))
    assert happens(connected, meta(became("wamid.HBgM1", "read"))) == "Kept: only what we sent has a delivery"


@pytest.mark.parametrize("kind", ["contact.deleted", "broadcast.sent", "", "x" * 200])
def test_types_that_nobody_knows_are_kept_with_words(connected: Connected, kind: str) -> None:
    words = happens(connected, envelope(kind, {"anything": [1]}))
    assert words.startswith("Kept: nothing here follows from")


class TestConversations:
    """`conversation.assigned` and `.closed` name no contact: the conversation is fetched."""

    @pytest.fixture
    def there(self, kirim: StandIn) -> Any:
        kirim.writes(PRIYA, "Halo", name="Priya Sharma")
        kirim.arrange(waiting=[])
        return kirim.state()["conversations"][0]

    def assigned(self, connected: Connected, there: Any, number: int = 1) -> str:
        data = {
            "conversation": {"id": there["id"], "object": "conversation", "status": "open"},
            "assignee": {"user_id": "usr_x", "team_id": None, "previous_user_id": None},
        }
        return happens(connected, envelope("conversation.assigned", data, id=f"evt_a{number}"))

    def test_the_agent_with_the_same_address_gets_it(
        self, connected: Connected, kirim: StandIn, there: Any, agent: Membership
    ) -> None:
        anna = kirim.user("Anna", agent.user.email.upper())
        kirim.edit_conversation(there["id"], assigned_to=anna["id"])
        self.assigned(connected, there)
        assert Conversation.objects.get().assignee == agent
        assert events("conversation.assigned") == ["conversation.assigned"]
        self.assigned(connected, there, 2)
        assert events("conversation.assigned") == ["conversation.assigned"]

    def test_somebody_who_is_nobody_here_is_named_and_changes_nothing(
        self, connected: Connected, kirim: StandIn, there: Any
    ) -> None:
        rudi = kirim.user("Rudi", "rudi@elsewhere.example")
        kirim.edit_conversation(there["id"], assigned_to=rudi["id"])
        assert "assigned in Kirim to Rudi, who cannot answer here" in self.assigned(connected, there)
        assert Conversation.objects.get().assignee is None

    def test_closed_there_is_closed_here(self, connected: Connected, kirim: StandIn, there: Any) -> None:
        kirim.edit_conversation(there["id"], status="resolved")
        closed = {"conversation": {"id": there["id"], "status": "resolved", "closed_by_user_id": None}}
        happens(connected, envelope("conversation.closed", closed))
        assert Conversation.objects.get().status == "closed"

    def test_what_holds_now_counts_not_what_comes_late(self, connected: Connected, kirim: StandIn, there: Any) -> None:
        """It was reopened before the event of its closing came."""
        closed = {"conversation": {"id": there["id"], "status": "resolved", "closed_by_user_id": "usr_1"}}
        happens(connected, envelope("conversation.closed", closed))
        assert Conversation.objects.get().status == "active"

    def test_one_that_is_gone_there_changes_nothing(self, connected: Connected) -> None:
        data = {"conversation": {"id": CONVERSATION, "status": "open"}, "assignee": None}
        words = happens(connected, envelope("conversation.assigned", data))
        assert words == "The conversation is not there any more at Kirim, and was never here"

    def test_one_that_names_nothing_is_shown_as_failed(self, connected: Connected) -> None:
        words = happens(connected, envelope("conversation.assigned", {"conversation": None}))
        assert words == "dead: The event names no conversation."

    @pytest.mark.parametrize("fault", [{"status": 503}, {"cut": "before"}, {"garbage": True}])
    def test_while_kirim_cannot_be_asked_it_waits(
        self, connected: Connected, kirim: StandIn, there: Any, fault: Any
    ) -> None:
        kirim.fails({"path": "conversations", **fault})
        words = self.assigned(connected, there)
        assert words.startswith("waiting: Unreachable")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
            processing.work_off()
        assert InboundEvent.objects.get().state == "done"

    def test_a_limit_is_waited_for_as_long_as_kirim_says(
        self, connected: Connected, kirim: StandIn, there: Any
    ) -> None:
        kirim.fails({"path": "conversations", "status": 429, "retry_after": 90})
        self.assigned(connected, there)
        row = InboundEvent.objects.get()
        assert (row.state, row.attempts) == ("waiting", 0)
        assert timedelta(seconds=80) < row.due_at - datetime.now(UTC) < timedelta(seconds=91)
