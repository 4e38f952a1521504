"""The page of a search in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Workspace
from deals.models import Deal
from inbox.models import Conversation
from tests.arrivals import ago, write_in
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens

pytestmark = pytest.mark.browser


def test_one_searches_reads_and_opens(opens: Opens, agent: Membership, priya: Conversation, bread: Deal) -> None:
    page = opens(agent, "/search")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("demo")
    with page.expect_navigation():  # to its end: the keys below are heard by its scripts
        page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(["demo"])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/inbox/{priya.pk}"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("demo")


def test_one_kind_goes_on_at_its_end(opens: Opens, agent: Membership, workspace: Workspace) -> None:
    for number in range(35):
        write_in(acting(workspace), f"A lighthouse, number {number}.", at=ago(hours=number))
    page = opens(agent, "/search?q=lighthouse")
    page.get_by_role("link", name=re.compile("See all 35")).click()
    expect(page.locator("mark")).to_have_count(30)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator("mark")).to_have_count(35)
    expect(page.get_by_text("number 34.")).to_be_visible()


def test_it_fits_the_narrowest_screen(opens: Opens, agent: Membership, priya: Conversation, bread: Deal) -> None:
    page = opens(agent, "/search?q=priya", viewport=NARROW)
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
