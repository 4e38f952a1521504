"""One morning in a workspace: who wrote overnight, which deals there are, what was promised for today."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from deals import actions as deals
from deals.models import Deal
from inbox import follow_ups
from inbox.intents.labels import Intent
from inbox.models import Conversation, FollowUp
from tests.arrivals import write_in
from tests.cast import acting
from tests.pages.conftest import wrote


@dataclass(frozen=True)
class Morning:
    """priya is interested, tom asks, uma is away, vera refuses, walt wants to meet; two of the name Tom Tanner."""

    priya: Conversation
    tom: Conversation
    uma: Conversation
    vera: Conversation
    walt: Conversation
    twin: Conversation
    bread: Deal
    ovens: Deal
    promise: FollowUp


@pytest.fixture
def morning(workspace: Workspace, harbour: Client, agent: Membership, owner: Membership) -> Morning:
    def write(name: str, body: str, intent: Intent | None) -> Conversation:
        return wrote(workspace, harbour, name, body, intent)

    another = write_in(
        system(workspace, "test"), "Hello, it is me from another address.", sender="t.tanner@example.org",
        name="Tom Tanner", client_id=harbour.pk,
    )  # fmt: skip
    vera = write("Vera Vogel", "No thank you, please stop writing.", Intent.NOT_INTERESTED)
    uma = write("Uma Underwood", "I am out of the office until Monday.", Intent.OUT_OF_OFFICE)
    walt = write("Walt Weber", "Could we meet on Tuesday at ten?", Intent.BOOKING)
    tom = write("Tom Tanner", "What does it cost for twelve people?", Intent.QUESTION)
    priya = write("Priya Patel", "Yes, we would like to see a demo.", Intent.INTERESTED)
    us = acting(owner)
    return Morning(
        priya=priya, tom=tom, uma=uma, vera=vera, walt=walt, twin=another.conversation,
        bread=deals.create(actor=us, conversation_id=priya.pk, title="Bread for 1,250", value=125_000),
        ovens=deals.create(actor=us, conversation_id=tom.pk, title="Two ovens", value=800_000),
        promise=follow_ups.create(
            actor=acting(agent), contact_id=vera.contact_id, conversation_id=vera.pk, note="Send Vera the flour list",
            due_at=timezone.now() - timedelta(hours=1), owner_id=agent.pk,
        ),
    )  # fmt: skip
