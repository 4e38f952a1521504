"""The pages of a workspace's own affairs in a real browser: by keyboard alone, narrow and wide, through axe."""

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import Membership
from clients.models import Client
from desk.people import invitations
from desk.people.letters import send_due
from tests.cast import acting
from tests.pages.conftest import WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"


def mailed() -> str:
    """The path of the link in the newest mail."""
    send_due()
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_every_page_passes_wide_and_fits_narrow(
    opens: Opens, owner: Membership, agent: Membership, meadow: Client, settings: Any
) -> None:
    settings.SIGNUP = True
    agent.user.name = f"{LONG} {LONG}"
    agent.user.save()
    for email in (f"{LONG.lower()}@example.com", "nina@example.com"):
        invitations.invite(actor=acting(owner), email=email, role="viewer", client_ids=[meadow.pk])
    page = opens(owner, "/settings/people", viewport=WIDE, **STILL)
    home, found = page.url.removesuffix("/settings/people"), []
    inside = ("people", "people/invite", f"people/{agent.pk}", "plan", "workspace", "workspace/delete")
    guest = opens(None, "/sign-up", viewport=WIDE, **STILL)
    for looking, paths in (
        (page, [*(f"/settings/{path}" for path in inside), "/workspaces", "/workspaces/new"]),
        (guest, ["/sign-up", mailed()]),
    ):
        for path in paths:
            looking.set_viewport_size({"width": 1440, "height": 900})
            looking.goto(home + path)
            found += violations(looking)
            looking.set_viewport_size({"width": 360, "height": 740})
            if looking.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} scrolls sideways")
    assert found == []


def test_currency_and_time_zone_follow_the_country_but_not_what_was_chosen(
    opens: Opens, owner: Membership, settings: Any
) -> None:
    settings.SIGNUP = True
    page = opens(owner, "/workspaces/new", locale="en-GB", timezone_id="Europe/Vienna")
    country, currency, zone = (page.get_by_label(name) for name in ("Country", "Currency", "Time zone"))

    def offered() -> tuple[str, str, str]:
        return country.input_value(), currency.input_value(), zone.input_value()

    assert offered() == ("GB", "GBP", "Europe/Vienna")
    country.select_option("IN")
    assert offered() == ("IN", "INR", "Asia/Kolkata")
    country.select_option("GB")
    assert offered() == ("GB", "GBP", "Europe/Vienna")
    currency.select_option("USD")
    country.select_option("JP")
    assert offered() == ("JP", "USD", "Asia/Tokyo")


def test_somebody_is_invited_and_comes_in_by_keyboard_alone(opens: Opens, admin: Membership, harbour: Client) -> None:
    page = opens(admin, "/settings/people")
    page.get_by_role("link", name="Invite").press("Enter")
    page.get_by_label("E-mail address").fill("hal@example.com")
    page.get_by_role("radio", name="Agent", exact=True).press("ArrowDown")
    page.get_by_role("radio", name="All clients").press("ArrowDown")
    page.get_by_role("checkbox", name="Harbour Bakery").press("Space")
    page.get_by_role("button", name="Send the invitation").press("Enter")
    expect(page.get_by_text("hal@example.com is invited: the mail is on its way.")).to_be_visible()
    home = page.url.removesuffix("/settings/people")
    guest = opens(None, mailed())
    assert guest.url.startswith(home)
    guest.get_by_label("Your name").fill("Hal Harbour")
    guest.get_by_label("A password").fill("hazelnut gravel 42")
    guest.get_by_label("A password").press("Enter")
    expect(guest.get_by_role("navigation", name="Rooms")).to_be_visible()
    assert Membership.objects.get(user__email="hal@example.com").role == "viewer"
