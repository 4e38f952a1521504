"""A new conversation, begun by us."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from contacts.models import Contact
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid, NotAllowed
from inbox.composing.beginning import begin
from inbox.models import Conversation, Message
from tests.arrivals import events
from tests.cast import acting
from tests.crowd import times


def begins(actor: Actor, **given: Any) -> Message:
    return begin(actor=actor, **{"channel": "email", "body": "Hello!", **given})


def test_with_a_typed_address_it_is_opened_and_the_first_words_are_sent(anna: Actor) -> None:
    message = begins(anna, to=" Tom@Example.com ", subject=" About bread ")
    conversation = message.conversation
    assert (conversation.subject, conversation.channel, conversation.contact.email) == (
        "About bread", "email", "tom@example.com"
    )  # fmt: skip
    assert (message.body, message.subject, message.direction) == ("Hello!", "About bread", "outbound")
    assert events() == ["contact.created", "conversation.created", "message.sent"]


def test_with_a_known_person_of_a_client_it_is_the_clients(anna: Actor, priya: Conversation) -> None:
    message = begins(anna, contact_id=priya.contact_id)
    assert message.conversation.contact_id == priya.contact_id
    assert message.conversation.client_id == priya.client_id
    assert message.conversation_id != priya.pk


def test_a_phone_takes_a_chat(anna: Actor) -> None:
    assert begins(anna, channel="whatsapp", to="+49 30 901820").conversation.contact.phone == "+4930901820"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"to": "nonsense"}, "E-mail needs an e-mail address."),
        ({"to": "tom@example.com", "channel": "sms"}, "SMS needs a phone number."),
        ({}, "Choose a person, or type an address."),
        ({"to": "x", "channel": "linkedin"}, "LinkedIn reaches only people who wrote there before."),
        ({"to": "tom@example.com", "channel": "pigeon"}, "Choose a channel."),
        ({"to": "tom@example.com", "body": " "}, "Write something first."),
        ({"contact_id": uuid4()}, "There is no contact with this id."),
    ],
)
def test_what_cannot_be_begun_is_refused_and_nothing_is_opened(
    anna: Actor, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        begins(anna, **given)
    assert sentence in " ".join(text for texts in refused.value.fields.values() for text in texts)
    assert (Conversation.objects.count(), Contact.objects.count(), events()) == (0, 0, [])


def test_who_has_no_such_address_is_named(anna: Actor, priya: Conversation) -> None:
    with pytest.raises(Invalid, match="Priya Patel has no phone number"):
        begins(anna, channel="sms", contact_id=priya.contact_id)


def test_with_who_asked_not_to_be_written_to_nothing_is_opened(us: Actor, anna: Actor, priya: Conversation) -> None:
    suppress(actor=us, contact=priya.contact, reason="unsubscribed")
    for how in ({"contact_id": priya.contact_id}, {"to": "priya@example.com", "client_id": priya.client_id}):
        with pytest.raises(Conflict, match="asked not to be contacted"):
            begins(anna, **how)
    assert Conversation.objects.count() == 1


def test_another_clients_person_cannot_be_written_to(
    other_client_agent: Membership, priya: Conversation, meadow: Client
) -> None:
    mina = acting(other_client_agent)
    with pytest.raises(Invalid, match="There is no contact"):
        begins(mina, contact_id=priya.contact_id)
    assert begins(mina, to="new@example.com").conversation.client_id == meadow.pk


def test_a_viewer_begins_nothing(hal: Actor) -> None:
    with pytest.raises(NotAllowed):
        begins(hal, to="tom@example.com")


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_begin_one(anna: Actor) -> None:
    answers = times(20, partial(begins, anna, to="tom@example.com", token=uuid4()))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 1)
