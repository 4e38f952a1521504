"""Calls, changes of a visitor, chats that were given to somebody, and whatever else comes."""

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from contacts.actions import change
from contacts.models import Contact
from inbox.composing.models import Note
from inbox.models import Conversation, Message
from integrations.models import InboundEvent
from tests.cast import Acting
from tests.integrations.jivochat.events import (
    call_event,
    chat_accepted,
    chat_assigned,
    client_attribute_updated,
    client_updated,
    event,
    ids_as_text,
)  # fmt: skip
from tests.integrations.senders import Sender, handle

pytestmark = pytest.mark.django_db


def test_a_call_is_a_line_for_the_team_with_the_recordings_address(jivo: Sender) -> None:
    [answer] = jivo.send(call_event(call={"reason": "hung up"}))
    assert answer == {"result": "ok"}
    assert Note.objects.get().body == (
        "Callback with +16145550148, Anna Agent: ended.\nReason: hung up\nRecording: https://records.example/1.mp3"
    )
    assert not Message.objects.exists()


def test_a_call_that_comes_twice_is_one_line_and_each_step_is_one(jivo: Sender) -> None:
    jivo.send(call_event(call={"status": "start"}), call_event(), call_event(), call_event())
    assert sorted(note.body.split(": ")[1].split(".")[0] for note in Note.objects.all()) == ["ended", "started"]


@pytest.mark.parametrize("address", ["http://records.example/1.mp3", "javascript:alert(1)", "https://", "https://[", 7])
def test_only_https_addresses_of_recordings_are_shown(jivo: Sender, address: Any) -> None:
    jivo.send(call_event(call={"record_url": address}))
    assert "Recording" not in Note.objects.get().body


def test_a_call_leaves_whose_turn_it_is(jivo: Sender) -> None:
    jivo.send(chat_accepted(), call_event())
    assert Conversation.objects.get().turn == "nobody"


@pytest.mark.parametrize("call", [None, [], {}, "ring", {"type": None, "phone": 5, "status": None}])
def test_odd_calls_are_told_as_far_as_they_go(jivo: Sender, call: Any) -> None:
    payload = {**call_event(), "call": call}
    jivo.send(payload)
    assert Note.objects.get().body.startswith("Call with ")


def test_a_visitor_who_changed_is_changed_here(jivo: Sender) -> None:
    jivo.send(chat_accepted())
    [answer] = jivo.send(client_updated(visitor={"name": "Thomas Clifton", "description": "Prefers walnut"}))
    tom = Contact.objects.get()
    assert answer == {"result": "ok"}
    assert (tom.name, tom.custom_fields["comment"]) == ("Thomas Clifton", "Prefers walnut")
    assert tom.custom_fields["page_title"] == "Oak tables"


def test_what_the_visitor_leaves_empty_takes_nothing_away(jivo: Sender) -> None:
    jivo.send(chat_accepted(), client_updated(visitor={"name": "", "email": "", "phone": None, "description": None}))
    tom = Contact.objects.get()
    assert (tom.name, tom.email, tom.phone) == ("Tom Clifton", "tom@example.com", "+16145550148")


def test_what_a_colleague_wrote_is_not_undone_by_the_next_chat(jivo: Sender, actor: Acting) -> None:
    """JivoChat tells all it knows of the visitor each time."""
    jivo.send(chat_accepted())
    change(actor=actor(), contact=Contact.objects.get(), name="Thomas Clifton", phone="+16145550200")
    jivo.send(chat_accepted(chat_id=19), client_updated())
    tom = Contact.objects.get()
    assert (tom.name, tom.phone) == ("Thomas Clifton", "+16145550200")
    jivo.send(client_updated(visitor={"name": "Tom C."}))
    assert Contact.objects.get().name == "Tom C."


@pytest.mark.parametrize(
    "attributes",
    [
        {"plan": "gold", "seats": 4},
        [{"name": "plan", "value": "gold"}, {"title": "seats", "content": 4}],
        [{"plan": "gold"}, {"seats": 4}],
        '{"plan": "gold", "seats": 4}',
    ],
)
def test_attributes_are_custom_fields_in_each_of_their_shapes(jivo: Sender, attributes: Any) -> None:
    jivo.send(chat_accepted(), client_attribute_updated(attributes))
    found = Contact.objects.get().custom_fields
    assert (found["plan"], found["seats"]) == ("gold", 4)


def test_attributes_of_a_client_by_number_alone_reach_the_right_person(jivo: Sender) -> None:
    jivo.send(chat_accepted())
    jivo.send(client_attribute_updated({"plan": "gold"}, visitor=None, client_id="2198"))
    assert Contact.objects.get().custom_fields["plan"] == "gold"


@pytest.mark.parametrize("attributes", [None, [], {}, 7, [None, 3, "x"], ""])
def test_no_attributes_change_nothing(jivo: Sender, attributes: Any) -> None:
    jivo.send(client_attribute_updated(attributes))
    assert [row.state for row in jivo.events] == ["done"]
    assert not Contact.objects.exists()


def test_attributes_that_are_no_json_are_kept_as_they_came(jivo: Sender) -> None:
    jivo.send(client_attribute_updated("{plan: gold}"))
    assert Contact.objects.get().custom_fields["attributes"] == "{plan: gold}"


def test_an_assigned_chat_goes_to_that_agent(jivo: Sender, owner: Membership, agent: Membership) -> None:
    jivo.send(chat_accepted(agent={"email": "olga.owner@example.com"}))
    assert Conversation.objects.get().assignee == owner
    [answer] = jivo.send(chat_assigned())
    assert answer == {"result": "ok"}
    assert Conversation.objects.get().assignee == agent


def test_a_chat_tied_to_another_record_says_so(jivo: Sender) -> None:
    jivo.send(chat_assigned(assign_to="https://crm.example.com/contacts/42"))
    assert Note.objects.get().body == "Anna Agent tied this chat to https://crm.example.com/contacts/42"


def test_a_chat_tied_to_its_own_record_needs_no_words(jivo: Sender) -> None:
    [answer] = jivo.send(chat_accepted())
    jivo.send(chat_assigned(assign_to=answer["crm_link"]))
    assert not Note.objects.exists()


@pytest.mark.parametrize("name", ["visitor_left", "", None, 7, {"a": 1}])
def test_unknown_events_are_answered_and_kept(jivo: Sender, name: Any) -> None:
    [answer] = jivo.send(event("x", event_name=name))
    assert answer == {"result": "ok"}
    assert [row.state for row in jivo.events] == ["done"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", b'{"event_name": "chat_accepted"', b"[" * 100_000,
        b'{"a":' * 300 + b"1" + b"}" * 300, b"9" * 5000,
    ],
    ids=range(10),
)  # fmt: skip
def test_what_nobody_can_read_is_answered_ok_and_shown_as_failed(jivo: Sender, raw: bytes) -> None:
    answer = jivo.post(raw)
    assert (answer.status_code, answer.json()) == (200, {"result": "ok"})
    handle()
    [row] = jivo.events
    assert (row.state, row.last_error) == ("dead", "This was no JSON object, so nothing could be read from it.")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"event_name": "chat_accepted", "visitor": {"name": "a\\u0000b\\ud800", "number": 1e400}, "chat_id": NaN}',
        b'\xef\xbb\xbf{"event_name": "chat_accepted", "visitor": [], "session": {"utm": 5, "utm_json": ["a"]}}',
        b'{"event_name": "chat_finished", "chat_id": {"a": 1}, "agents": 4, "chat": {"messages": {"message": "Hi"}}}',
        b'{"event_name": "chat_accepted", "session": {"utm_json": {"\\u0000": "x", "source": {"a": 1}}}, "tags": {}}',
        b'{"event_name": "offline_message", "message": ["x"], "visitor": {"email": 5, "phone": true}}',
    ],
)
def test_strange_types_are_answered_ok_and_handled(jivo: Sender, payload: bytes) -> None:
    answer = jivo.post(payload)
    assert answer.status_code == 200
    assert answer.json()["result"] == "ok"
    handle()
    assert [row.state for row in jivo.events] == ["done"], jivo.events[0].last_error


def test_another_content_type_is_read_all_the_same(jivo: Sender) -> None:
    assert jivo.post(chat_accepted(), content_type="text/plain").json()["result"] == "ok"
    assert Contact.objects.count() == 1


def test_a_wrong_address_is_404_and_keeps_nothing(jivo: Sender) -> None:
    answer = Browser().post("/hooks/jivochat/wrong", b"{}", content_type="application/json")
    assert answer.status_code == 404
    assert not InboundEvent.objects.exists()


def test_numbers_and_texts_make_one_event_of_each_kind(jivo: Sender) -> None:
    for make in (chat_accepted, client_updated):
        jivo.send(make(), ids_as_text(make()))
    assert Contact.objects.count() == 1
