"""The clients' pages in a browser: used by keyboard alone, and passed by axe, light and dark, wide and narrow."""

import pytest
from playwright.sync_api import expect

from accounts.models import ApiKey, Membership, Workspace
from clients.models import Client
from contacts import stop_list
from deals.models import Deal
from tests.cast import a_campaign, acting, key_of
from tests.pages.conftest import Opens
from tests.pages.test_accessibility import STILL
from tests.pages.test_agency_accessible import at_three_widths

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff welche vor altern"


def test_a_client_is_added_and_a_key_made_by_keyboard_alone(opens: Opens, owner: Membership, harbour: Client) -> None:
    page = opens(owner, "/today")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="New client").locator("#client-name")).to_be_focused()
    page.keyboard.type("Harbour Bakery")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is a client called “Harbour Bakery” already")).to_be_visible()
    page.locator("#client-name").fill("Mill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mill")).to_be_visible()
    page.goto(f"{page.url.partition('/clients')[0]}/settings/api-keys")
    page.get_by_label("What it is for").focus()
    page.keyboard.type("Sync")
    page.keyboard.press("Enter")
    secret = page.get_by_label("API key", exact=True).input_value()
    assert ApiKey.objects.get().key_prefix == secret[:12]
    page.go_back()
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    assert secret not in page.content()


def test_every_page_passes_axe(opens: Opens, owner: Membership, workspace: Workspace, bread: Deal) -> None:
    other = Client.objects.create(workspace=workspace, name=LONG, domain="long.example", notes=LONG * 3)
    a_campaign(workspace, LONG, client=bread.client, subject=LONG)
    key_of(workspace, client=other)
    stop_list.add(actor=acting(owner), written=[f"{'x' * 60}@example.com"], reason=LONG * 3, client_id=other.pk)
    here, found = f"/clients/{bread.client_id}", []
    page = opens(owner, "/clients", **STILL)
    home = page.url.removesuffix("/clients")
    for path in ("/clients", here, f"/clients/{other.pk}", f"{here}/edit", "/clients/new", "/clients?search=zebra",
                 "/settings/api-keys", "/settings/suppression"):  # fmt: skip
        page.goto(home + path)
        found += at_three_widths(page)
    assert found == []
