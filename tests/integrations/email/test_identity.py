"""Mail to a client's people goes out as that client: its address, its name, its signature, its domain, its account."""

import re

import pytest
from django.db import IntegrityError, transaction

from inbox.composing.beginning import begin
from inbox.models import Conversation, Message
from inbox.sending import reply
from tests.cast import acting
from tests.inbox.letters import letter
from tests.integrations.email.house import House
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def houses(workspace, harbour, meadow, dovecot, post) -> list[House]:
    """The mail accounts of two clients of one agency, and the agency's own."""
    return [
        House.of(
            workspace, dovecot, post, client_id=client.pk if client else None, addresses=address, display_name=name,
            signature=f"{name}\n{address}",
        )
        for client, address, name in (
            (harbour, "bread@harbour.example", "Harbour Bakery"),
            (meadow, "milk@meadow.example", "Meadow Dairy"),
            (None, "hello@acme.example", "Acme Agency"),
        )
    ]  # fmt: skip


def write_to_each(houses: list[House]) -> list[Conversation]:
    """The same person writes to each of the three."""
    for number, house in enumerate(houses):
        house.deliver(letter(f"m{number}", to=house.connection.settings["addresses"][0]))
        house.look()
    return [Conversation.objects.get(connection=house.connection) for house in houses]


def test_each_answer_bears_the_identity_of_the_client_it_is_written_for(houses, agent):
    conversations = write_to_each(houses)
    assert [one.client_id for one in conversations] == [house.connection.client_id for house in houses]
    for conversation, house in reversed(list(zip(conversations, houses, strict=True))):
        reply(actor=acting(agent), conversation=conversation, body="Gladly.")
        house.send_all()
    assert len(houses[0].post.taken) == 3
    for posted, house in zip(reversed(houses[0].post.taken), houses, strict=True):
        address, name = house.connection.settings["addresses"][0], house.connection.settings["display_name"]
        assert (posted.sender, posted.mail["From"]) == (address, f"{name} <{address}>")
        assert posted.mail["Message-ID"].endswith(f"@{address.partition('@')[2]}>")
        assert posted.text == f"Gladly.\n\n-- \n{name}\n{address}\n"
        others = {"Harbour", "harbour", "Meadow", "meadow", "Acme", "acme"} - {*re.split(r"[ @.]", f"{name} {address}")}
        assert [word for word in others if word in posted.raw.decode()] == []


def test_what_we_begin_goes_through_the_clients_own_account_or_through_none(houses, workspace, harbour, meadow, agent):
    harbours, meadows, _ = houses
    first = begin(actor=acting(agent), channel="email", body="Hello", to="tom@example.com", client_id=meadow.pk)
    assert first.conversation.connection == meadows.connection
    type(meadows.connection).objects.filter(pk=meadows.connection.pk).update(is_active=False)
    second = begin(actor=acting(agent), channel="email", body="Hello", to="una@example.com", client_id=meadow.pk)
    assert second.conversation.connection is None
    harbours.send_all()
    assert [posted.recipients for posted in harbours.post.taken] == []
    page = signed_in(agent).get(f"/inbox/{second.conversation_id}").content.decode()
    assert "Recorded only, not sent: no connection of Meadow Dairy carries this" in page


def test_no_conversation_can_be_hung_on_another_clients_account(houses, harbour):
    conversation = write_to_each(houses[:1])[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(connection=houses[1].connection)
    assert Message.objects.get().connection == houses[0].connection
