"""Somebody hands their address to the chat: they are a contact, and what was said stands on their record."""

from typing import Any

import pytest
from django.db import transaction

import crm.outside
from accounts.models import Membership
from clients.models import Client
from contacts.actions import change
from contacts.models import Contact, Identity
from inbox.composing.models import Note
from inbox.models import Conversation, Message
from integrations import connecting, processing
from integrations.base import Connected
from integrations.models import Connection, InboundEvent
from integrations.muro import events
from tests import cast
from tests.crowd import times
from tests.integrations.muro.control import KEY, SECRET, StandIn, at, conversation, identified, knock, message, tell

BOB = {"id": "vis_1", "email": "bob@example.com", "name": "Bob"}


@pytest.fixture
def chat(muro: StandIn) -> StandIn:
    """Bob asks, a bot and Ana answer, and Ana notes something."""
    said = [
        message("msg_1", "What does it cost?", minute=1),
        message("msg_2", "One moment.", minute=2, sender="bot"),
        message("msg_3", "Nine euros.", minute=3, sender="agent", sender_name="Ana"),
        message("msg_4", "Wants a discount", minute=4, sender="agent", kind="note", sender_name="Ana"),
    ]
    muro.load(conversations=[conversation("cnv_1", BOB, minute=4)], cnv_1=said)
    return muro


def lines(id: str = "cnv_1") -> list[tuple[str, str, str]]:
    """The chat as its record shows it."""
    rows = Message.objects.filter(conversation__external_id=id).order_by("occurred_at", "position")
    return [(row.direction, row.author_name, row.body) for row in rows]


@pytest.mark.parametrize(
    "data",
    [
        {"visitor": BOB, "conversation": {"id": "cnv_1"}},
        {"visitor": BOB, "conversation_id": "cnv_1", "page": None, "mood": {"is": ["new"]}},
        {"contact": BOB, "conversation_id": "cnv_1"},
        {"visitor": None, "contact": BOB, "conversation": {"id": "cnv_1", "status": None}},
        {**BOB, "conversation_id": "cnv_1"},
        {"conversation": {"id": "cnv_1", "visitor": BOB}},
    ],
)
def test_the_person_and_their_chat_are_here_however_the_event_is_shaped(
    chat: StandIn, connection: Connection, data: dict[str, Any]
) -> None:
    event = tell(connection, identified(**data))
    assert event.outcome == "Contact Bob added. 4 messages of the chat taken in."
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.source) == ("Bob", "bob@example.com", "muro")
    assert set(Identity.objects.values_list("kind", "value")) == {("muro", "vis_1"), ("email", "bob@example.com")}
    opened = Conversation.objects.get()
    assert (opened.contact, opened.channel, opened.external_id, opened.connection) == (
        contact, "chat", "cnv_1", connection
    )  # fmt: skip
    assert lines() == [
        ("inbound", "", "What does it cost?"), ("outbound", "muro bot", "One moment."),
        ("outbound", "Ana", "Nine euros."),
    ]  # fmt: skip
    assert [(note.author_name, note.body) for note in Note.objects.all()] == [("Ana", "Wants a discount")]
    assert Message.objects.get(position=1).occurred_at.isoformat() == "2026-05-23T12:01:00+00:00"


def test_both_styles_of_ids_are_conversations_of_their_own(chat: StandIn, connection: Connection) -> None:
    chat.load(conversations=[conversation("conv_1", BOB)], conv_1=[message("m_1", "Again")])
    tell(connection, identified("evt_1", visitor=BOB, conversation_id="cnv_1"))
    tell(connection, identified("evt_2", visitor=BOB, conversation_id="conv_1"))
    assert set(Conversation.objects.values_list("external_id", flat=True)) == {"cnv_1", "conv_1"}
    assert Contact.objects.count() == 1
    assert lines("conv_1") == [("inbound", "", "Again")]


def test_ids_of_messages_that_count_within_each_chat_are_no_trouble(muro: StandIn, connection: Connection) -> None:
    ana = {"id": "vis_2", "email": "ana@example.com", "name": "Ana"}
    for chat, who in (("cnv_1", BOB), ("cnv_2", ana)):
        note = message("2", f"Noted {chat}", sender="agent", kind="note")
        muro.load(conversations=[conversation(chat, who)], **{chat: [message("1", f"From {chat}"), note]})
        tell(connection, identified(f"evt_{chat}", visitor=who, conversation_id=chat))
        tell(connection, identified(f"evt_{chat}_again", visitor=who, conversation_id=chat))
    assert (lines("cnv_1"), lines("cnv_2")) == ([("inbound", "", "From cnv_1")], [("inbound", "", "From cnv_2")])
    assert sorted(Note.objects.values_list("body", flat=True)) == ["Noted cnv_1", "Noted cnv_2"]


def test_a_known_address_is_that_contact(chat: StandIn, connection: Connection, admin: Membership) -> None:
    tell(connection, identified("evt_1", visitor={"id": "vis_0", "email": "BOB@example.com"}))
    event = tell(connection, identified("evt_2", visitor=BOB, conversation_id="cnv_1"))
    assert event.outcome == "Contact Bob updated. 4 messages of the chat taken in."
    assert Contact.objects.get().name == "Bob"


def test_who_has_no_address_is_met_by_muros_id(chat: StandIn, connection: Connection) -> None:
    for number in (1, 2):
        visitor = {"id": 17, "email": None, "name": None}
        tell(connection, identified(f"evt_{number}", visitor=visitor, conversation_id="cnv_1"))
    assert list(Identity.objects.values_list("kind", "value")) == [("muro", "17")]
    assert Conversation.objects.get().contact == Contact.objects.get()


def test_who_has_neither_is_met_by_the_conversation(chat: StandIn, connection: Connection) -> None:
    tell(connection, identified(visitor=None, conversation_id="cnv_1"))
    assert list(Identity.objects.values_list("kind", "value")) == [("muro", "cnv_1")]
    assert len(lines()) == 3


def test_an_address_that_is_none_is_said_and_the_person_is_here(connection: Connection) -> None:
    event = tell(connection, identified(visitor={"id": "vis_1", "email": "bob at home", "name": "Bob"}))
    assert event.state == InboundEvent.State.DONE
    assert Contact.objects.get().email == ""


@pytest.mark.parametrize("data", [{}, {"visitor": {"id": "", "email": None, "name": "Bob"}}, {"visitor": 5}])
def test_an_event_that_names_nobody_is_kept(connection: Connection, data: dict[str, Any]) -> None:
    event = tell(connection, identified(**data))
    assert event.outcome == "It names nobody: neither an id nor an e-mail address. It is kept as it came."
    assert (event.payload["data"], Contact.objects.count()) == (data, 0)


@pytest.mark.parametrize("kind", ["batch.message", "batch.conversation", "batch.unread", "x" * 300])
def test_a_type_that_sounds_like_ours_is_one_more_that_is_kept(connection: Connection, kind: str) -> None:
    event = tell(connection, {**identified(visitor=BOB), "type": kind})
    assert (event.state, Contact.objects.count()) == ("done", 0)


@pytest.mark.parametrize("data", [None, [], "x", 7])
def test_data_that_is_no_object_is_kept_too(connection: Connection, data: Any) -> None:
    event = tell(connection, {**identified(), "data": data})
    assert (event.state, event.payload["data"], Contact.objects.count()) == ("done", data, 0)


def test_the_number_of_chats_is_the_engagement_score(connection: Connection) -> None:
    tell(connection, identified(visitor={**BOB, "conversation_count": 4}))
    assert Contact.objects.get().custom_fields == {"engagement_score": 4}


def test_another_type_is_kept_and_brings_the_chat_up_to_date(chat: StandIn, connection: Connection) -> None:
    tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    chat.tell("say", conversation="cnv_1", content="Any news?")
    event = tell(connection, {**identified("evt_2", id="msg_9", conversation_id="cnv_1"), "type": "message.created"})
    assert event.outcome == "muro's “message.created” is kept as it came. 1 message of the chat taken in."
    assert lines()[-1] == ("inbound", "", "Any news?")
    assert Contact.objects.count() == 1


def test_another_type_that_names_no_chat_is_kept_alone(muro: StandIn, connection: Connection) -> None:
    event = tell(connection, {**identified(id="org_1", plan=None), "type": "organization.updated"})
    assert event.outcome == "muro's “organization.updated” is kept as it came."
    assert (Contact.objects.count(), muro.calls()) == (0, [])


def test_the_same_again_in_any_order_changes_nothing(chat: StandIn, connection: Connection, admin: Membership) -> None:
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    before = lines()
    assert knock(connection, identified(visitor=BOB, conversation_id="cnv_1")).status_code == 200
    processing.replay(actor=cast.acting(admin), event=event)
    assert processing.work_off() == 1
    event.refresh_from_db()
    assert event.outcome == "Contact Bob is as it was. The chat has nothing new."
    assert (lines(), Note.objects.count(), Contact.objects.count()) == (before, 1, 1)


def test_what_was_said_earlier_and_comes_later_does_not_undo_what_is_newer(connection: Connection) -> None:
    newer = {**identified("evt_2", visitor={**BOB, "name": "Robert"}), "created_at": at(9)}
    older = {**identified("evt_1", visitor=BOB), "created_at": at(8)}
    tell(connection, newer)
    tell(connection, older)
    assert Contact.objects.get().name == "Robert"


def test_a_name_that_a_person_corrected_since_stays(connection: Connection, agent: Membership) -> None:
    tell(connection, identified("evt_1", visitor=BOB))
    change(actor=cast.acting(agent), contact=Contact.objects.get(), name="Bob Builder")
    tell(connection, identified("evt_2", visitor=BOB))
    assert Contact.objects.get().name == "Bob Builder"


def test_the_person_is_here_although_muro_does_not_know_the_chat(muro: StandIn, connection: Connection) -> None:
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_404"))
    assert event.outcome == (
        "Contact Bob added. muro does not hand out its chat: No such conversation: cnv_404"
    )  # fmt: skip
    assert Contact.objects.get().email == "bob@example.com"


def test_the_person_is_here_although_the_key_is_refused(chat: StandIn, connection: Connection) -> None:
    chat.tell("set", key="mr_live_another")
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    sentence = "muro does not accept the API key. Make a new one in muro and enter it here."
    assert event.outcome == f"Contact Bob added. {sentence}"
    connection.refresh_from_db()
    assert (connection.failure, connection.failing_since is None) == (sentence, False)


@pytest.mark.parametrize("fault", ["error", "cut_before", "cut_after", "garbage", "slow"])
def test_where_muro_stumbles_the_event_waits_and_is_tried_again(
    chat: StandIn, connection: Connection, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm.outside, "READ_SECONDS", 1 if fault == "slow" else 15)
    chat.tell(
        "fail", method="GET", path="/messages", do=fault, status=503, type="api_error", seconds=3 * (fault == "slow")
    )
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    assert (event.state, event.attempts, Contact.objects.count()) == ("waiting", 1, 0)
    assert KEY not in event.last_error
    InboundEvent.objects.update(due_at=event.arrived_at)
    processing.work_off()
    assert len(lines()) == 3


def test_where_the_limit_is_reached_the_event_waits_as_long_as_muro_says(chat: StandIn, connection: Connection) -> None:
    chat.tell("set", per_window=0)
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    assert (event.state, event.attempts) == ("waiting", 0)
    assert "limit" in event.last_error


def test_a_long_chat_comes_whole(muro: StandIn, connection: Connection) -> None:
    said = [message(f"msg_{number}", f"Line {number}", minute=number) for number in range(230)]
    muro.load(conversations=[conversation("cnv_1", BOB)], cnv_1=said)
    event = tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    assert event.outcome == "Contact Bob added. 230 messages of the chat taken in."
    assert [call["query"]["limit"] for call in muro.calls("GET", "/messages")] == ["100"] * 3
    assert lines()[-1] == ("inbound", "", "Line 229")


def test_a_hostile_chat_is_text(muro: StandIn, connection: Connection) -> None:
    said = [
        message("msg_1", "<script>alert(1)</script>\x00\ud800", minute=1), message("msg_2", "", minute=2),
        {"id": "msg_3", "sender_type": None, "content": None, "created_at": "never", "sender": 5},
    ]  # fmt: skip
    muro.load(conversations=[conversation("cnv_1", BOB)], cnv_1=said)
    tell(connection, identified(visitor={**BOB, "name": "\x00" + "B" * 5_000}, conversation_id="cnv_1"))
    assert [body for *_, body in lines()] == ["<script>alert(1)</script>\ufffd\ufffd", "(no text)", "(no text)"]


def test_a_clients_account_is_the_clients(
    chat: StandIn, admin: Membership, harbour: Client, connection: Connection
) -> None:
    theirs = connecting.connect(
        actor=cast.acting(admin), system="muro", client_id=harbour.pk,
        settings={"base_url": chat.api, "api_key": KEY, "webhook_secret": SECRET},
    ).connection  # fmt: skip
    tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    tell(theirs, identified(visitor=BOB, conversation_id="cnv_1"))
    assert set(Contact.objects.values_list("client", "email")) == {
        (None, "bob@example.com"), (harbour.pk, "bob@example.com"),
    }  # fmt: skip
    assert Message.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_fifty_copies_handled_at_once_make_one_of_everything(chat: StandIn, connection: Connection) -> None:
    """Fifty events of their own say the same: each brings the whole chat."""
    for number in range(10):
        knock(connection, identified(f"evt_{number}", visitor=BOB, conversation_id="cnv_1"))
    rows = list(InboundEvent.objects.all())
    prepared = [events.prepare(Connected(connection), row) for row in rows]

    pairs = iter(list(zip(rows, prepared, strict=True)) * 5)

    def handle() -> str:
        row, fetched = next(pairs)
        with transaction.atomic():
            return events.handle(Connected(connection), row, fetched)

    answers = times(50, handle)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum("4 messages" in str(answer) for answer in answers) == 1
    assert (Contact.objects.count(), Conversation.objects.count(), Note.objects.count()) == (1, 1, 1)
    assert len(lines()) == 3
