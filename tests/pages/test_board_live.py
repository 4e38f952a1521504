"""What a colleague does slides in while one looks, and never under one's hand or over one's words."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox import actions as conversations
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.test_board import card, column, drag

pytestmark = pytest.mark.browser


def titles(page: Page, key: str) -> Locator:
    return column(page, key).locator(".card__title")


def test_a_move_in_one_browser_is_seen_in_the_other_with_its_sums(
    opens_live: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    mine, theirs = opens_live(agent, "/board"), opens_live(owner, "/board")
    drag(theirs, card(theirs, bread), column(theirs, "negotiating"))
    expect(titles(mine, "negotiating")).to_have_text(["Bread for 1,250"])
    expect(mine.locator("#head-negotiating")).to_contain_text("€875")
    expect(card(mine, bread)).to_have_attribute("data-version", "2")
    drag(mine, card(mine, bread), column(mine, "contacted"))
    expect(titles(theirs, "contacted")).to_have_text(["Bread for 1,250"])


def test_new_deleted_and_renamed_deals_and_their_conversations_show_by_themselves(
    opens_live: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    assert bread.conversation is not None
    Conversation.objects.update(unread_count=0)
    page, us = opens_live(agent, "/board"), acting(owner)
    rolls = actions.create(actor=us, conversation_id=tom.pk, title="Rolls")
    expect(titles(page, "new")).to_have_text(["Rolls", "Bread for 1,250"])
    actions.change(actor=us, deal=bread, title="Bread for 9")
    expect(titles(page, "new")).to_have_text(["Rolls", "Bread for 9"])
    actions.delete(actor=us, deal=rolls)
    expect(titles(page, "new")).to_have_text(["Bread for 9"])
    expect(card(page, bread).get_by_text("Unread")).to_have_count(0)
    conversations.mark_unread(actor=us, conversation=Conversation.objects.get(pk=bread.conversation.pk))
    expect(card(page, bread).get_by_text("Unread")).to_have_count(1)


def test_what_a_colleague_moves_while_one_drags_comes_after_the_drop(
    opens_live: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    rolls = actions.create(actor=acting(owner), conversation_id=tom.pk, title="Rolls")
    page = opens_live(agent, "/board")
    start, end = card(page, rolls).bounding_box(), column(page, "contacted").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 30, steps=3)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=6)
    with page.expect_response(lambda answer: "/board/cards" in answer.url):
        actions.move(actor=acting(owner), deal=bread, stage="negotiating")
    expect(titles(page, "new")).to_have_text(["Rolls", "Bread for 1,250"])
    page.mouse.up()
    expect(titles(page, "negotiating")).to_have_text(["Bread for 1,250"])
    expect(titles(page, "contacted")).to_have_text(["Rolls"])


def test_what_one_types_in_the_panel_stays_and_a_panel_at_rest_follows(
    opens_live: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    page = opens_live(agent, f"/board/deals/{bread.pk}")
    panel = page.locator("#panel")
    actions.change(actor=acting(owner), deal=bread, title="Bread for 900")
    expect(page.locator("#panel-title")).to_have_text("Bread for 900")
    panel.get_by_label("Notes").fill("Half a sentence")
    actions.change(actor=acting(owner), deal=Deal.objects.get(), title="Bread for 800")
    expect(titles(page, "new")).to_have_text(["Bread for 800"])
    expect(panel.get_by_label("Notes")).to_have_value("Half a sentence")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert")).to_contain_text("Somebody changed this deal")
    expect(panel.get_by_label("Notes")).to_have_value("Half a sentence")
