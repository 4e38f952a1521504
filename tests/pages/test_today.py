"""Today in a real browser: walked by keys, done in place, taken back, and shown anew by itself."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Membership, Workspace
from clients.models import Client
from inbox import follow_ups
from inbox.intents.labels import Intent
from inbox.models import Conversation, FollowUp
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens, wrote

pytestmark = pytest.mark.browser


@pytest.fixture
def ring(priya: Conversation, agent: Membership) -> FollowUp:
    """Anna promised to ring Priya yesterday."""
    return follow_ups.create(
        actor=acting(agent), conversation_id=priya.pk, note="Ring Priya", owner_id=agent.pk,
        due_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip


def test_the_rows_are_walked_and_opened_by_keys(
    opens: Opens, agent: Membership, ring: FollowUp, tom: Conversation
) -> None:
    page = opens(agent, "/today")
    for name in ("Priya Patel", "Tom Tanner", "Priya Patel"):
        page.keyboard.press("j")
        expect(page.locator(":focus")).to_contain_text(name)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/inbox/{tom.pk}"))


def test_a_follow_up_is_done_in_place_and_taken_back(opens: Opens, agent: Membership, ring: FollowUp) -> None:
    page = opens(agent, "/today")
    page.get_by_role("button", name="Done: Ring Priya").click()
    expect(page.get_by_role("button", name="Reopen: Ring Priya")).to_be_visible()
    ring.refresh_from_db()
    assert ring.done_at is not None
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    page.mouse.move(5, 5)
    expect(page.get_by_role("button", name="Done: Ring Priya")).to_be_visible()
    ring.refresh_from_db()
    assert ring.done_at is None


def test_a_done_one_leaves_the_list_once_the_hand_is_off_it(opens: Opens, agent: Membership, ring: FollowUp) -> None:
    page = opens(agent, "/today")
    page.get_by_role("button", name="Done: Ring Priya").click()
    expect(page.get_by_role("button", name="Reopen: Ring Priya")).to_be_visible()
    page.mouse.move(700, 5)
    expect(page.get_by_text("Ring Priya")).to_have_count(0)
    expect(page.get_by_role("heading", name="My turn")).to_be_visible()


def test_what_comes_in_elsewhere_shows_up_and_leaves_the_focus_where_it_was(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    page = opens(agent, "/today")
    expect(page.locator("#my-turn")).to_have_text(re.compile("^1"))
    page.keyboard.press("j")
    wrote(workspace, harbour, "Noor Nadir", "Hello?", Intent.QUESTION)
    tell = "document.dispatchEvent(new CustomEvent('live', {detail: {type: 'message.received', subject: 'message'}}))"
    page.evaluate(tell)
    expect(page.locator("#today")).to_contain_text("Noor Nadir")
    expect(page.locator("#my-turn")).to_have_text(re.compile("^2"))
    expect(page.locator(":focus")).to_contain_text("Priya Patel")


def test_it_fits_the_narrowest_screen(
    opens: Opens, agent: Membership, ring: FollowUp, tom: Conversation, workspace: Workspace
) -> None:
    wrote(workspace, None, "Wolfeschlegelsteinhausenbergerdorff " * 3, "x" * 200, Intent.BOOKING)
    page = opens(agent, "/today", viewport=NARROW)
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_without_scripts_a_follow_up_is_done_too(opens: Opens, agent: Membership, ring: FollowUp) -> None:
    page = opens(agent, "/today", java_script_enabled=False)
    with page.expect_navigation():
        page.get_by_role("button", name="Done: Ring Priya").click()
    ring.refresh_from_db()
    assert ring.done_at is not None
