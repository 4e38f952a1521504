"""Somebody does not want to hear from us: the conversation closes, and nothing is sent to them any more."""

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity.models import ReactionSwitch
from clients.models import Client
from contacts.models import Contact, Suppression
from crm.errors import Conflict
from inbox.intents.labels import Intent
from inbox.messages import Draft
from inbox.models import Conversation, Message
from inbox.opening import add_message
from inbox.sending import reply
from tests.arrivals import PRIYA, ago, events, wants, write_in
from tests.cast import acting
from tests.inbox.reacting import react

NO = Intent.NOT_INTERESTED


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def close_uninterested(conversation: Conversation) -> Conversation:
    react("close_uninterested")
    conversation.refresh_from_db()
    return conversation


def is_refused(actor: Actor, conversation: Conversation) -> bool:
    before = Message.objects.count()
    with pytest.raises(Conflict) as refused:
        reply(actor=actor, conversation=conversation, body="But listen")
    return refused.value.code == "suppressed" and Message.objects.count() == before


def test_it_closes_and_nothing_can_be_sent_any_more(us: Actor, agent: Membership) -> None:
    conversation = close_uninterested(wants(us, NO, sender=(PRIYA, "priya@home.example")))
    assert conversation.status == "closed"
    assert conversation.contact.status == "unsubscribed"
    assert sorted(Suppression.objects.values_list("value", flat=True)) == [PRIYA, "priya@home.example"]
    assert events("conversation.closed", "contact.updated")[-2:] == ["contact.updated", "conversation.closed"]
    assert is_refused(acting(agent), conversation)
    assert is_refused(us, conversation)


def test_an_address_that_turns_up_later_is_refused_as_well(us: Actor, agent: Membership) -> None:
    close_uninterested(wants(us, NO))
    write_in(us, sender=(PRIYA, "new@example.com"))
    later = write_in(us, sender="new@example.com").conversation
    assert later.contact.email == PRIYA
    assert is_refused(acting(agent), later)


def test_what_was_said_elsewhere_is_still_recorded(us: Actor) -> None:
    conversation = close_uninterested(wants(us, NO))
    said = Draft(direction="outbound", body="Said on the phone")
    message, _ = add_message(actor=us, conversation=conversation, draft=said)
    assert message.position == 2


def test_the_person_is_spared_by_this_client_alone(
    us: Actor, agent: Membership, harbour: Client, meadow: Client
) -> None:
    ours = write_in(us, client_id=meadow.pk).conversation
    theirs = close_uninterested(wants(us, NO, client_id=harbour.pk))
    assert is_refused(acting(agent), theirs)
    assert reply(actor=acting(agent), conversation=ours, body="Hello").direction == "outbound"


def test_when_they_write_again_it_opens_and_still_nothing_is_sent(us: Actor, agent: Membership) -> None:
    conversation = close_uninterested(wants(us, NO, thread_id="t"))
    write_in(us, "And another thing", thread_id="t")
    conversation.refresh_from_db()
    assert conversation.status == "active"
    assert is_refused(acting(agent), conversation)


def test_the_same_event_again_changes_nothing(us: Actor) -> None:
    conversation = close_uninterested(wants(us, NO))
    before = events()
    assert react("close_uninterested") == [False]
    assert events() == before
    assert Conversation.objects.get().version == conversation.version


def test_switched_off_or_unsure_or_long_ago_nothing_happens(us: Actor, workspace: Workspace) -> None:
    for how in ({"confidence": 0.84}, {"at": ago(days=4)}):
        assert close_uninterested(wants(us, NO, **how)).status == "active"
    ReactionSwitch.objects.create(workspace=workspace, reaction="close_uninterested", enabled=False)
    assert close_uninterested(wants(us, NO)).status == "active"
    assert not Suppression.objects.exists()
    assert Contact.objects.get().status == "active"
