"""What we sent comes back from the system it went through: it is that message, before its answer and after."""

import pytest

from accounts.models import Membership, Workspace
from activity.models import Event
from inbox import outside, sending
from inbox.models import Conversation, Message, OutsideId
from integrations.base import Connected
from integrations.models import Connection
from tests.arrivals import write_in
from tests.cast import acting


@pytest.fixture
def connected(workspace: Workspace) -> Connected:
    return Connected(Connection.objects.create(workspace=workspace, system="muro", name="Chat"))


@pytest.fixture
def chat(connected: Connected) -> Conversation:
    return said(connected, "Hello", "m1", "inbound").conversation


def said(connected: Connected, body: str, external_id: str, direction: str = "outbound") -> Message:
    return write_in(
        connected.actor, body, sender="+493090182000", channel="whatsapp", direction=direction,
        external_id=external_id, thread_id="cnv_1", connection_id=connected.connection.pk,
    )  # fmt: skip


def answer(agent: Membership, chat: Conversation, body: str) -> Message:
    return sending.reply(actor=acting(agent), conversation=chat, body=body)


def test_an_echo_before_the_answer_is_the_message_we_sent(
    connected: Connected, chat: Conversation, agent: Membership
) -> None:
    ours = answer(agent, chat, "Gladly,\n  at nine.")
    assert said(connected, "Gladly, at nine.", "m2") == ours
    outside.confirm(actor=connected.actor, message=ours, external_id="m2")
    assert said(connected, "Gladly, at nine.", "m2") == ours
    assert (Message.objects.count(), OutsideId.objects.get().external_id, outside.of(ours)) == (2, "m2", "m2")
    assert Event.objects.filter(type="message.sent").count() == 1


def test_an_echo_after_the_answer_is_the_message_too_whatever_they_made_of_its_words(
    connected: Connected, chat: Conversation, agent: Membership
) -> None:
    ours = answer(agent, chat, "Gladly *at nine*")
    outside.confirm(actor=connected.actor, message=ours, external_id="m2")
    assert said(connected, "Gladly at nine", "m2") == ours
    assert Message.objects.count() == 2


def test_the_same_words_twice_are_two_messages_and_two_echoes(
    connected: Connected, chat: Conversation, agent: Membership
) -> None:
    first, second = answer(agent, chat, "ok"), answer(agent, chat, "ok")
    assert [said(connected, "ok", "m2"), said(connected, "ok", "m3"), said(connected, "ok", "m2")] == [
        first, second, first
    ]  # fmt: skip
    third = said(connected, "ok", "m4")
    assert third not in (first, second)
    assert Message.objects.count() == 4


def test_what_a_colleague_wrote_over_there_is_a_message_of_its_own(
    connected: Connected, chat: Conversation, agent: Membership
) -> None:
    answer(agent, chat, "Gladly")
    theirs = said(connected, "We open at nine.", "m2")
    assert (theirs.position, theirs.external_id) == (3, "m2")
    assert not OutsideId.objects.exists()


def test_what_they_wrote_is_never_taken_for_our_echo(
    connected: Connected, chat: Conversation, agent: Membership
) -> None:
    answer(agent, chat, "ok")
    assert said(connected, "ok", "m2", "inbound").direction == "inbound"
    assert Message.objects.count() == 3


def test_what_was_only_recorded_is_nobodys_echo(workspace: Workspace, agent: Membership, connected: Connected) -> None:
    """A conversation without a connection: somebody carries the answer over by hand."""
    by_hand = write_in(connected.actor, "Hello", sender="+493090182000", channel="whatsapp").conversation
    ours = sending.reply(actor=acting(agent), conversation=by_hand, body="ok")
    theirs = said(connected, "ok", "m2")
    assert theirs != ours


def test_a_mail_is_given_its_message_id_as_it_is_written(connected: Connected, agent: Membership) -> None:
    mail = write_in(connected.actor, "Hello", external_id="1@x", connection_id=connected.connection.pk)
    ours = answer(agent, mail.conversation, "Gladly")
    assert ours.external_id is not None
    assert ours.external_id.endswith(".parley@127.0.0.1")
    copy = write_in(
        connected.actor, "Gladly, as a mail program shows it", direction="outbound",
        external_id=ours.external_id, connection_id=connected.connection.pk,
    )  # fmt: skip
    assert copy == ours


def test_one_that_is_recorded_by_hand_has_none(agent: Membership, connected: Connected) -> None:
    mail = write_in(connected.actor, "Hello", external_id="1@x")
    assert answer(agent, mail.conversation, "Gladly").external_id is None
