"""The reports in a real browser: read by who sees badly, on narrow screens, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from clients.models import Client
from deals import actions
from deals.models import Deal
from inbox.models import Conversation
from reports.registry import REPORTS
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.held import stop_clock
from tests.pages.test_accessibility import STILL
from tests.pages.test_agency_accessible import at_three_widths
from tests.reports.test_frame import sold

pytestmark = pytest.mark.browser


def test_every_report_passes(
    opens: Opens, owner: Membership, priya: Conversation, bread: Deal, harbour: Client
) -> None:
    for number, stage in enumerate(("contacted", "interested", "won", "lost", "negotiating")):
        sold(owner, harbour, 10 ** (number + 3), stage, "JPY" if number == 1 else "EUR", owner_id=owner.pk)
    actions.move(actor=acting(owner), deal=bread, stage="contacted")
    page = opens(owner, "/reports", **STILL)
    home, found = page.url.removesuffix("/reports"), at_three_widths(page)
    for key in REPORTS:
        page.goto(f"{home}/reports/{key}")
        found += at_three_widths(page)
    assert found == []


def test_the_way_to_a_report_and_back_goes_by_keys_and_its_days_stand_in_the_address(
    opens: Opens, owner: Membership, harbour: Client
) -> None:
    sold(owner, harbour, 123_400, "won")
    page = opens(owner, "/board")
    stop_clock(page)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(page.url.split("/board")[0] + "/reports")
    page.get_by_role("link", name="What moved").focus()
    with page.expect_navigation():  # to its end: the choice below is heard by its script
        page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="What made the difference, EUR")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.locator("select[name=span]").select_option("custom")
    expect(page.get_by_label("From", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"span=custom&from=\d{4}-\d\d-\d\d&to="))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of Every movement").click()
    assert download.value.suggested_filename.startswith("moved-deals-")
    page.go_back()
    page.get_by_role("link", name="Person 123400").first.click()
    expect(page.get_by_role("heading", name="Person 123400").first).to_be_visible()
