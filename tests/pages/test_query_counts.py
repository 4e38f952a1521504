"""A page asks as many questions for thirty rows as for one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from clients.models import Client
from deals import actions
from deals.models import Deal
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]

STAGES = ("new", "contacted", "interested", "negotiating", "won", "lost")
PAGES = {
    "/inbox": 16,
    "/inbox?split=all": 16,
    "/inbox?search=demo": 18,
    "/inbox/{conversation}": 31,
    "/board": 17,
    "/board/deals/{deal}": 25,
    "/contacts": 11,
    "/contacts?search=priya": 11,
    "/contacts/{contact}": 15,
}
PARTS = {
    "/inbox": 6,
    "/inbox/{conversation}": 19,
    "/board/deals/{deal}": 12,
    "/board/mentions/{contact}": 9,
    "/contacts/choices": 6,
}


def asked(browser: Browser, path: str, **headers: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as questions:
        assert browser.get(path, headers=headers).status_code == 200
    return len(questions)


@pytest.fixture
def crowded(workspace: Workspace, harbour: Client, owner: Membership) -> Callable[[], None]:
    def fill() -> None:
        for number in range(30):
            one = wrote(workspace, harbour, f"Lead{number} Person", "Yes, a demo please.", Intent.INTERESTED)
            stage = STAGES[number % len(STAGES)]
            actions.create(actor=acting(owner), conversation_id=one.pk, owner_id=owner.pk, value=100, stage=stage)

    return fill


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_the_number_of_queries_is_fixed(
    browse: Browse, agent: Membership, priya: Conversation, bread: Deal, crowded: Callable[[], None],
    headers: dict[str, str],
) -> None:  # fmt: skip
    browser = browse(agent)
    expected = PARTS if headers else PAGES
    ids = {"conversation": priya.pk, "deal": bread.pk, "contact": priya.contact_id}
    paths = {path: path.format(**ids) for path in expected}
    few = {path: asked(browser, url, **headers) for path, url in paths.items()}
    crowded()
    many = {path: asked(browser, url, **headers) for path, url in paths.items()}
    assert many == few
    assert few == expected
