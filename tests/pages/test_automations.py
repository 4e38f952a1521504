"""The automations and the audit trail in a real browser, by keyboard: and axe finds nothing on them."""

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from activity import runs
from activity.models import Event, Run
from contacts import labels
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.arrivals import judged
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff welche vor altern"


def test_an_automation_is_tried_switched_off_and_found_in_the_trail(
    opens: Opens, owner: Membership, priya: Conversation
) -> None:
    message = priya.messages.get()
    judged(message, Intent.BOOKING, version="test-2")
    labels.create(actor=acting(owner), name=LONG)
    page = opens(owner, "/settings/automations", **STILL)
    found = violations(page)
    page.get_by_role("link", name="Dry run: When somebody is interested").press("Enter")
    page.get_by_role("button", name="Try it on the last 30 days").press("Enter")
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    found += violations(page)
    runs.finish(Run.objects.get())
    expect(page.get_by_role("main").get_by_text("this would have touched 1 conversation")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Switch off").press("Enter")
    expect(page.get_by_text("Switched off.")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Taken back")).to_be_visible()
    switched = Event.objects.filter(type="reaction.switched").order_by("sequence")
    assert [event.payload["enabled"] for event in switched] == [False, True]

    page.goto(page.url.split("/settings")[0] + "/settings/audit")
    found += violations(page)
    page.locator("select[name=what]").select_option("automations")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator(".audit__line")).to_have_count(2)
    page.locator(".audit__line summary").first.press("Enter")
    expect(page.get_by_text("open_deal", exact=True).first).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    found += violations(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("the trail scrolls sideways")
    assert found == []
