"""Views in a real browser: kept beside the list, counted after it, put in order by the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from desk.models import SavedView
from desk.saved import actions
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser


def test_the_filter_is_kept_by_the_keyboard_and_stands_beside_the_splits(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, "/inbox?split=all&intent=interested")
    page.locator("#views-menu").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save this view")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Hot ones")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    pinned = page.get_by_role("navigation", name="Pinned views").get_by_role("link")
    expect(pinned).to_have_text(re.compile(r"Hot ones\s*1"))
    expect(pinned).to_have_attribute("aria-current", "true")
    assert SavedView.objects.get().query == "split=all&intent=interested"
    page.get_by_role("link", name="Their turn").click()
    expect(pinned).not_to_have_attribute("aria-current", "true")
    pinned.click()
    expect(page).to_have_url(re.compile(r"/inbox\?split=all&intent=interested$"))


def test_a_refusal_is_told_in_the_dialog_and_keeps_what_was_typed(opens: Opens, agent: Membership) -> None:
    actions.save(actor=acting(agent), room="contacts", name="Mine", query="")
    page = opens(agent, "/contacts")
    page.locator("#views-menu").click()
    page.get_by_role("link", name="Save this view…").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    dialog.get_by_label("Name").fill("Mine")
    dialog.get_by_role("button", name="Save view").click()
    expect(dialog.get_by_role("alert")).to_contain_text("You have a view “Mine” here already.")
    expect(dialog.get_by_label("Name")).to_have_value("Mine")


def test_views_are_put_in_order_named_and_deleted_with_the_focus_kept(opens: Opens, agent: Membership) -> None:
    for name in ("One", "Two"):
        actions.save(actor=acting(agent), room="board", name=name, query="")
    page = opens(agent, "/views")
    names = page.locator("#board .arranged__what a")
    page.get_by_role("button", name="One: down").focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Two", "One"])
    expect(page.get_by_role("button", name="One: down")).to_be_focused()
    page.locator("summary", has=page.locator("svg")).and_(page.get_by_label("Change Two")).click()
    page.get_by_label("Name").locator("visible=true").fill("Three")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Three", "One"])
    page.get_by_label("Change Three").click()
    page.get_by_role("button", name="Delete the view").locator("visible=true").click()
    expect(names).to_have_text(["One"])
    page.keyboard.press("z")
    expect(names).to_have_text(["Three", "One"])
    assert SavedView.objects.filter(deleted_at=None).count() == 2
