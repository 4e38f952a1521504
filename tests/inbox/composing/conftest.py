"""A conversation to write in, and who writes."""

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from clients.models import Client
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import acting


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    """Parley itself, by which people write in."""
    return system(workspace, "test")


@pytest.fixture
def anna(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def olga(owner: Membership) -> Actor:
    return acting(owner)


@pytest.fixture
def hal(viewer: Membership) -> Actor:
    """Of the client, and not of the team."""
    return acting(viewer)


@pytest.fixture
def priya(us: Actor, harbour: Client) -> Conversation:
    message = write_in(us, "Yes, a demo please.", name="Priya Patel", client_id=harbour.pk)
    return Conversation.objects.get(pk=message.conversation_id)
