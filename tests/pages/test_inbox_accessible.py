"""What opens and appears in the inbox passes axe too, on a wide screen and on a phone."""

import pytest
from playwright.sync_api import ViewportSize, expect

from accounts.models import Membership
from inbox.models import Conversation
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_filters_the_selected_and_what_waits_pass(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation, size: ViewportSize
) -> None:
    page = opens(agent, "/inbox?intent=question", viewport=size, **STILL)
    page.locator("#filter-menu").click()
    found = violations(page)
    page.keyboard.press("Escape")
    page.get_by_label("Select Tom Tanner").check()
    expect(page.get_by_role("button", name="All 1 that match")).to_be_visible()
    page.locator("#bulk-snooze").click()
    found += violations(page)
    page.keyboard.press("Escape")
    with page.expect_response("**/inbox/fresh*"):
        page.evaluate("document.dispatchEvent(new CustomEvent('live', { detail: { type: 'reset' } }))")
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    found += violations(page)
    assert found == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pane_about_the_person_passes_with_all_of_it_open(
    opens: Opens, agent: Membership, priya: Conversation, size: ViewportSize
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}?pane=person", viewport=size, **STILL)
    page.locator("#follow-up-new").click()
    found = violations(page)
    page.get_by_label("What is to be done").fill("Call her")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator(".follow-up")).to_be_visible()
    page.get_by_label("Show who wrote what").check()
    page.get_by_text("Timeline").click()
    expect(page.locator(".timeline__item").first).to_be_visible()
    found += violations(page)
    assert found == []
