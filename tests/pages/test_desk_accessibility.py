"""axe finds nothing on the pages of the desk, and nothing scrolls sideways on the narrowest screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize, expect

from accounts.models import Membership
from contacts import labels
from deals.models import Deal
from desk.saved import actions
from inbox import follow_ups
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff welche vor altern"
PATHS = ("/today", "/today?whose=all", "/today/follow-ups", "/search", "/search?q=demo", "/search?q=nothing",
         "/views", "/settings", "/settings/labels", "/keys", "/clients/choices")  # fmt: skip


@pytest.fixture
def full(agent: Membership, priya: Conversation, bread: Deal) -> None:
    """Something long in every list."""
    due = timezone.now() - timedelta(days=1)
    follow_ups.create(actor=acting(agent), conversation_id=priya.pk, due_at=due, note=f"Ring {LONG} " * 3)
    labels.create(actor=acting(agent), name=LONG[:60])
    for room in ("inbox", "board", "contacts"):
        actions.save(actor=acting(agent), room=room, name=LONG[:60], query="", pinned=True, shared=True)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_passes(opens: Opens, agent: Membership, size: ViewportSize) -> None:
    page = opens(agent, "/today", viewport=size, **STILL)
    home = page.url.removesuffix("/today")
    found: list[str] = []
    for path in PATHS:
        page.goto(home + path)
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} scrolls sideways")
    assert found == []


@pytest.mark.usefixtures("full")
def test_what_opens_passes_too(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/contacts", **STILL)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Today")).to_be_visible()
    found = violations(page)
    page.keyboard.type("priya")
    expect(page.get_by_role("group", name="People")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for opener in ("#views-menu", "#switcher"):
        page.locator(opener).click()
        found += violations(page)
        page.keyboard.press("Escape")
    page.locator("#views-menu").click()
    page.locator("#view-new").click()
    expect(page.get_by_role("dialog", name="Save this view")).to_be_visible()
    found += violations(page)
    assert found == []
