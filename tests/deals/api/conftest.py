"""A person to deal with, and deals with them."""

from typing import Any

import pytest

from tests.arrivals import ago, write_in


@pytest.fixture
def contact(actor):
    return write_in(actor(), name="Priya Sharma", at=ago(hours=1)).conversation.contact


@pytest.fixture
def make(api, contact):
    caller = api()

    def make(**body) -> Any:
        answer = caller.post("/deals", {"contact_id": str(contact.pk)} | body)
        assert answer.status_code == 201, answer.content
        return answer.json()["deal"]

    return make
