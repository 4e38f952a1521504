"""Harbour Bakery and Meadow Dairy, with something going on at Harbour."""

import pytest

from accounts.models import Membership, Role
from clients.models import Client
from deals import actions as deals
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import acting, member
from tests.desk.conftest import browse, priya, tom


@pytest.fixture
def bread(priya: Conversation, owner: Membership) -> Deal:
    """€500, interested (40 %)."""
    return deals.create(
        actor=acting(owner), conversation_id=priya.pk, value=50000, currency="EUR", stage="interested", title="Bread"
    )


@pytest.fixture
def harbour_admin(harbour: Client) -> Membership:
    """An admin who sees only Harbour Bakery."""
    return member(harbour.workspace, "Hanna Harbour", Role.ADMIN, clients=[harbour])


__all__ = ["browse", "priya", "tom"]
