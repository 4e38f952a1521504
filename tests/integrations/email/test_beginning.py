"""A mail that begins a conversation goes out through the account that fits, and the answer comes back into it."""

import pytest

from inbox.composing.beginning import begin
from inbox.models import Conversation, Message
from integrations import connecting
from tests.cast import acting
from tests.inbox.letters import PRIYA, letter
from tests.integrations.email.house import House, only, said

pytestmark = pytest.mark.django_db


def begins(house: House, who, **given) -> Message:
    message = begin(
        actor=acting(who), **{"channel": "email", "to": PRIYA, "body": "Hello!", "subject": "Bread", **given}
    )
    house.send_all()
    return message


def test_the_first_words_are_sent_and_the_answer_comes_back_into_the_conversation(house, agent):
    message = begins(house, agent)
    assert said(message)[-1] == ("sent", "")
    mail = house.post.taken[0].mail
    assert (mail["Subject"], mail["To"], mail["In-Reply-To"], mail["References"]) == ("Bread", PRIYA, None, None)
    answer = letter("yes", subject="Re: Bread", more=f"In-Reply-To: <{message.external_id}>")
    house.deliver(answer)
    house.look()
    assert [m.body for m in only().messages.order_by("position")] == ["Hello!", "Hello"]


def test_the_writers_own_account_goes_before_the_one_that_was_used_last(house, workspace, dovecot, post, agent):
    shared = begins(house, agent)
    assert shared.conversation.connection == house.connection
    own = House.of(workspace, dovecot, post, addresses=f"{agent.user.email.upper()}\nother@acme.example")
    assert begins(own, agent).conversation.connection == own.connection


def test_the_account_that_was_used_last_with_somebody_goes_before_the_first(house, workspace, dovecot, post, agent):
    second = House.of(workspace, dovecot, post, addresses="support@acme.example")
    assert begins(house, agent, to="tom@example.com").conversation.connection == house.connection
    second.deliver(letter("ask", to="support@acme.example"))
    second.look()
    assert begins(second, agent).conversation.connection == second.connection


def test_an_account_on_the_other_side_of_the_wall_or_that_is_paused_carries_nothing(
    workspace, harbour, dovecot, post, agent
):
    theirs = House.of(workspace, dovecot, post, client_id=harbour.pk)
    assert begins(theirs, agent).conversation.connection is None
    assert begins(theirs, agent, client_id=harbour.pk).conversation.connection == theirs.connection
    connecting.pause(actor=acting(workspace), connection=theirs.connection)
    assert begins(theirs, agent, client_id=harbour.pk, subject="Again").conversation.connection is None
    assert len(post.taken) == 1


def test_a_chat_is_not_carried_by_mail(house, agent):
    assert begins(house, agent, channel="whatsapp", to="+49 30 901820").conversation.connection is None
    assert Conversation.objects.get().messages.get().external_id is None
