"""The board without a mouse: every key presses what a button does, and the focus is never lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox.models import Conversation, FollowUp
from tests.cast import acting
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser


def titles(page: Page, key: str) -> Locator:
    return page.locator(f"#cards-{key} .card__title")


def focused(page: Page, title: str) -> None:
    expect(page.get_by_role("link", name=title, exact=True)).to_be_focused()


@pytest.fixture
def laid_out(owner: Membership, priya: Conversation, tom: Conversation) -> dict[str, Deal]:
    """New: A, B, C. Contacted: D."""
    us = acting(owner)
    made = {name: actions.create(actor=us, conversation_id=tom.pk, title=name) for name in "CBA"}
    made["D"] = actions.create(actor=us, conversation_id=priya.pk, title="D", value=100, stage="contacted")
    return made


def test_one_walks_over_cards_and_columns(opens: Opens, agent: Membership, laid_out: dict[str, Deal]) -> None:
    page = opens(agent, "/board")
    for key, title in (("j", "A"), ("j", "B"), ("l", "D"), ("l", "D"), ("h", "A"), ("k", "A"), ("j", "B"), ("j", "C")):
        page.keyboard.press(key)
        focused(page, title)
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text("C")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    focused(page, "C")


def test_shift_moves_the_card_and_the_focus_stays_on_it(
    opens: Opens, agent: Membership, laid_out: dict[str, Deal]
) -> None:
    page = opens(agent, "/board")
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    expect(titles(page, "new")).to_have_text(["B", "A", "C"])
    page.keyboard.press("Shift+J")
    expect(titles(page, "new")).to_have_text(["B", "C", "A"])
    page.keyboard.press("Shift+K")
    expect(titles(page, "new")).to_have_text(["B", "A", "C"])
    focused(page, "A")
    expect(page.locator("#toasts")).to_contain_text("“A” moved, 2nd of 3.")
    page.keyboard.press("Shift+L")
    expect(titles(page, "contacted")).to_have_text(["A", "D"])
    expect(page.locator("#toasts")).to_contain_text("“A” moved to Contacted, 1st of 2.")
    focused(page, "A")
    page.keyboard.press("z")
    expect(titles(page, "new")).to_have_text(["B", "A", "C"])
    rows = Deal.objects.filter(stage__key="new").order_by("place")
    assert list(rows.values_list("title", flat=True)) == ["B", "A", "C"]


def test_won_by_key_asks_first_and_escape_returns_the_card(
    opens: Opens, agent: Membership, laid_out: dict[str, Deal]
) -> None:
    actions.move(actor=acting(agent), deal=laid_out["D"], stage="negotiating")
    page = opens(agent, "/board")
    page.get_by_role("link", name="D", exact=True).focus()
    page.keyboard.press("Shift+L")
    dialog = page.get_by_role("dialog", name="Won: “D”")
    expect(dialog.get_by_label("Final value")).to_be_focused()
    page.keyboard.press("Escape")
    expect(titles(page, "negotiating")).to_have_text(["D"])
    focused(page, "D")
    page.keyboard.press("Shift+L")
    dialog.get_by_label("Final value").fill("7.50")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#head-won")).to_contain_text("€7.50")
    assert Deal.objects.get(title="D").value == 750


def test_what_is_selected_is_moved_given_away_and_followed_up(
    opens: Opens, agent: Membership, laid_out: dict[str, Deal]
) -> None:
    page = opens(agent, "/board")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("m")
    expect(page.locator("#toasts")).to_contain_text("2 deals given to you.")
    assert Deal.objects.filter(owner=agent).count() == 2
    page.keyboard.press("Escape")
    expect(bar).not_to_contain_text("selected")
    focused(page, "B")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Follow up “B”")
    dialog.get_by_role("button", name=re.compile("Tomorrow morning")).click()
    expect(page.locator("#card-" + str(laid_out["B"].pk))).to_contain_text("Follow-up in")
    focused(page, "B")
    assert FollowUp.objects.count() == 1
    page.keyboard.press("a")
    page.get_by_role("dialog", name="Owner of “B”").get_by_role("button", name="Nobody").click()
    expect(page.locator("#toasts")).to_contain_text("“B” given to nobody.")
    focused(page, "B")


def test_a_new_deal_begins_in_the_column_where_one_is(
    opens: Opens, agent: Membership, laid_out: dict[str, Deal]
) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="D", exact=True).focus()
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New deal")
    expect(dialog.get_by_label("Stage")).to_have_value("contacted")
    page.keyboard.press("Escape")


def test_with_single_keys_switched_off_none_does_anything(
    opens: Opens, agent: Membership, laid_out: dict[str, Deal]
) -> None:
    page = opens(agent, "/board")
    page.evaluate("document.body.dataset.singleKeys = 'off'")
    page.get_by_role("link", name="A", exact=True).focus()
    for key in ("j", "Shift+J", "x", "m"):
        page.keyboard.press(key)
    focused(page, "A")
    expect(titles(page, "new")).to_have_text(["A", "B", "C"])
    assert Deal.objects.filter(version=1).count() == 4
