"""What is changed here is told to MisarMail: once, after a quiet moment, and never what it said itself."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from activity.consumers import consume_all
from clients.models import Client
from inbox import actions
from inbox.messages import lock
from inbox.models import Conversation
from integrations import pushing
from integrations.models import Connection, Push
from tests import cast
from tests.arrivals import wait_until_readable, write_in
from tests.integrations.misarmail.conftest import StandIn
from tests.integrations.misarmail.test_pull import STATE, THREAD, pulled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(connection: Connection, misarmail: StandIn) -> Conversation:
    misarmail.load(**STATE)
    pulled(connection)
    return lock(Conversation.objects.get())


def told(after: float = 3) -> int:
    """A moment later, what waits is sent; how many were."""
    wait_until_readable()
    consume_all()
    with time_machine.travel(timezone.now() + timedelta(seconds=after)):
        return pushing.work_off()


def patches(misarmail: StandIn) -> list[Any]:
    return [(call["path"], call["body"]) for call in misarmail.calls if call["method"] == "PATCH"]


def test_status_and_intent_are_told_in_one_call(
    conversation: Conversation, misarmail: StandIn, agent: Membership
) -> None:
    actor = cast.acting(agent)
    actions.close(actor=actor, conversation=conversation)
    actions.override_intent(actor=actor, conversation=conversation, intent="booking")
    actions.reopen(actor=actor, conversation=conversation)
    actions.close(actor=actor, conversation=conversation)
    assert told(after=0) == 0, "a moment of quiet comes first"
    assert told() == 1
    assert patches(misarmail) == [("/mail/v1/crm/conversations/v1", {"status": "closed", "intent": "booking"})]
    assert Push.objects.get().outcome == "Told: status closed, intent booking."


def test_what_it_said_itself_is_not_told_back(
    connection: Connection, conversation: Conversation, misarmail: StandIn
) -> None:
    misarmail.load(**{**STATE, "conversations": [{**THREAD, "status": "closed", "intent": "objection"}]})
    pulled(connection)
    assert Conversation.objects.get().status == "closed"
    assert told() == 0
    assert (Push.objects.count(), patches(misarmail)) == (0, [])


def test_what_was_told_comes_back_as_nothing_new(
    connection: Connection, conversation: Conversation, misarmail: StandIn, agent: Membership
) -> None:
    actions.close(actor=cast.acting(agent), conversation=conversation)
    assert told() == 1
    assert pulled(connection).counts["conversations"]["changed"] == 0
    assert (told(), len(patches(misarmail))) == (0, 1)


def test_a_look_before_the_telling_does_not_undo_what_was_changed_here(
    connection: Connection, conversation: Conversation, misarmail: StandIn, agent: Membership
) -> None:
    actions.close(actor=cast.acting(agent), conversation=conversation)
    pulled(connection)
    assert Conversation.objects.get().status == "closed"
    assert told() == 1
    assert misarmail.conversations[0]["status"] == "closed"


def test_what_stands_so_there_already_is_not_told(
    conversation: Conversation, misarmail: StandIn, agent: Membership
) -> None:
    actions.close(actor=cast.acting(agent), conversation=conversation)
    misarmail.load(**{**STATE, "conversations": [{**THREAD, "status": "closed"}]})
    assert told() == 1
    assert patches(misarmail) == []
    assert Push.objects.get().outcome == "It stands so there already."


def test_a_conversation_that_is_gone_there_is_given_up_with_words(
    conversation: Conversation, misarmail: StandIn, agent: Membership
) -> None:
    actions.close(actor=cast.acting(agent), conversation=conversation)
    misarmail.load()
    assert told() == 1
    push = Push.objects.get()
    assert push.state == Push.State.DEAD
    assert "not there any more" in push.last_error


def test_a_conversation_of_its_own_is_no_business_of_theirs(
    connection: Connection, misarmail: StandIn, agent: Membership
) -> None:
    own = write_in(cast.acting(connection.workspace), "Hello").conversation
    actions.close(actor=cast.acting(agent), conversation=lock(own))
    assert (told(), Push.objects.count()) == (0, 0)


def test_a_clients_conversation_is_told_of_by_the_workspaces_connection(
    connection: Connection, misarmail: StandIn, agent: Membership, harbour: Client
) -> None:
    misarmail.load(
        clients=[{"id": "a", "name": harbour.name}], conversations=[{**THREAD, "client_id": "a", "contact_id": None}]
    )
    pulled(connection)
    actions.close(actor=cast.acting(agent), conversation=lock(Conversation.objects.get(client=harbour)))
    assert told() == 1
    assert patches(misarmail) == [("/mail/v1/crm/conversations/v1", {"status": "closed"})]
