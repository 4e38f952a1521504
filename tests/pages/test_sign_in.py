import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from tests.cast import PASSWORD
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser


def test_a_person_signs_in_and_lands_on_the_page_they_wanted(opens: Opens, agent: Membership) -> None:
    page = opens(None, "/board")
    page.get_by_label("E-mail address").fill(agent.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/board$"))
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    expect(page.locator("#toasts")).to_have_text("")


def test_a_wrong_password_is_told_and_the_address_stays(opens: Opens, agent: Membership) -> None:
    page = opens(None, "/inbox")
    page.get_by_label("E-mail address").fill(agent.user.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not correct.")
    expect(page.get_by_label("E-mail address")).to_have_value(agent.user.email)
    expect(page.get_by_label("Password")).to_be_focused()


def test_signing_out_ends_the_session(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/inbox")
    page.get_by_text("You: Anna Agent").locator("..").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.goto(page.url.split("/inbox")[0].split("/accounts")[0].rstrip("/") + "/inbox")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_who_is_in_no_workspace_is_told_so(opens: Opens, agent: Membership) -> None:
    agent.is_active = False
    agent.save()
    page = opens(agent, "/inbox")
    expect(page.get_by_role("heading", name="You are in no workspace")).to_be_visible()
