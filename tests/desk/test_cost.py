"""What a page of the desk costs: as much for thirty rows as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Workspace
from clients.models import Client
from contacts import labels
from deals import actions as deals
from desk.saved import actions
from inbox import follow_ups
from inbox.composing import notes
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]

COSTS = {
    "/today": 10,
    "/today?whose=all": 10,
    "/today/my-turn": 5,
    "/today/follow-ups": 5,
    "/search?q=demo": 13,
    "/search?q=demo&kind=messages": 7,
    "/palette/commands": 5,
    "/palette/found?q=demo": 11,
    "/views": 7,
    "/settings": 4,
    "/settings/labels": 5,
    "/keys": 4,
    "/clients/choices": 4,
}


def asked(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert browser.get(path).status_code == 200
    return len(questions)


def fill(workspace: Workspace, client: Client, agent: Membership, number: int) -> None:
    """A person who waits, with a deal, a note that names the agent, a follow-up; a label and a view."""
    one = wrote(workspace, client, f"Lead{number} Person", "Yes, a demo please.", Intent.BOOKING)
    deals.create(actor=acting(agent), conversation_id=one.pk, title=f"Demo {number}", value=100)
    notes.write(actor=acting(workspace), conversation=one, body="A demo, @Anna Agent!")
    follow_ups.create(
        actor=acting(agent), conversation_id=one.pk, due_at=timezone.now() + timedelta(days=1), note="Ring"
    )
    labels.create(actor=acting(agent), name=f"Label {number}")
    actions.save(actor=acting(agent), room="inbox", name=f"View {number}", query="split=all")


@pytest.mark.usefixtures("priya")
def test_the_number_of_queries_is_fixed(
    browse: Browse, workspace: Workspace, harbour: Client, agent: Membership
) -> None:
    browser = browse(agent)
    fill(workspace, harbour, agent, 0)
    few = {path: asked(browser, path) for path in COSTS}
    for number in range(1, 31):
        fill(workspace, harbour, agent, number)
    many = {path: asked(browser, path) for path in COSTS}
    assert few == COSTS
    # A list that is longer than it shows is counted: one query more for each of Today's.
    assert {path: many[path] - few[path] for path in COSTS if many[path] != few[path]} == {
        "/today": 4, "/today?whose=all": 4,
    }  # fmt: skip


def test_a_rooms_views_cost_one_query(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    without = asked(browser, "/contacts")
    for number in range(10):
        actions.save(actor=acting(agent), room="contacts", name=f"View {number}", query="", pinned=True)
    assert asked(browser, "/contacts") == without
