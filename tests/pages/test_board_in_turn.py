"""Who is faster than the server's answers is never told that somebody changed a deal who was oneself a moment ago."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.held import holding, until
from tests.pages.test_board import column

pytestmark = pytest.mark.browser


def titles(page: Page, key: str) -> Locator:
    return column(page, key).locator(".card__title")


def stands(deal: Deal) -> tuple[str, str, str]:
    deal.refresh_from_db()
    return (deal.title, deal.stage.key, deal.notes)


def test_a_save_pressed_while_ones_own_move_is_under_way_is_done_after_it_with_what_was_typed(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    panel, held = page.locator("#panel"), holding(page, "/board/move")
    panel.get_by_label("Title").fill("Bread for 2,000")
    panel.get_by_role("button", name="Contacted").click()
    moving = until(page, held)
    panel.get_by_label("Title").press("Control+Enter")
    moving.continue_()
    expect(titles(page, "contacted")).to_have_text(["Bread for 2,000"])
    expect(page.locator("#panel-title")).to_have_text("Bread for 2,000")
    expect(panel.get_by_role("alert")).to_have_count(0)
    assert stands(bread) == ("Bread for 2,000", "contacted", "")


def test_a_stage_pressed_while_ones_own_save_or_move_is_under_way_is_done_after_it(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    panel, held = page.locator("#panel"), holding(page, "/change")
    panel.get_by_label("Notes").fill("Rye")
    panel.get_by_role("button", name="Save").click()
    saving = until(page, held)
    for stage in ("Contacted", "Interested", "Interested"):
        panel.get_by_role("button", name=stage).click()
    saving.continue_()
    expect(titles(page, "interested")).to_have_text(["Bread for 1,250"])
    expect(panel.get_by_role("button", name="Interested")).to_be_disabled()
    expect(panel.locator(".timeline")).to_contain_text("Contacted")
    assert stands(bread) == ("Bread for 1,250", "interested", "Rye")


def test_a_stage_pressed_beside_a_thread_before_the_one_before_is_answered_is_not_lost(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    pane, held = page.get_by_role("complementary", name="About Priya Patel"), holding(page, "/board/move")
    pane.get_by_role("button", name="Contacted").click()
    moving = until(page, held)
    pane.get_by_role("button", name="Interested").click()
    moving.continue_()
    until(page, held, 2).continue_()
    expect(pane.get_by_role("button", name="Interested")).to_be_disabled()
    assert stands(bread)[1] == "interested"


def test_a_card_sent_on_and_taken_by_keys_that_follow_at_once_is_both(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, "/board")
    held = holding(page, "/board/move")
    for key in ("j", "Shift+L", "m", "c"):
        page.keyboard.press(key)
    moving = until(page, held)
    new = page.get_by_role("dialog", name="New deal")
    expect(new).to_be_visible()
    moving.continue_()
    expect(page.locator("#toasts")).to_contain_text("“Bread for 1,250” given to you.")
    expect(new).to_be_visible()  # it is no answer to the move, and not closed by that of the move
    bread.refresh_from_db()
    assert (bread.stage.key, bread.owner) == ("contacted", agent)


def test_what_is_typed_while_a_save_is_under_way_stays_and_is_saved_in_its_turn(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    panel, held = page.locator("#panel"), holding(page, "/change")
    panel.get_by_label("Title").fill("Rolls")
    panel.get_by_label("Title").press("Control+Enter")
    saving = until(page, held)
    panel.get_by_label("Notes").press_sequentially("Rye")
    saving.continue_()
    expect(page.locator("#panel-title")).to_have_text("Rolls")
    expect(panel.get_by_label("Notes")).to_be_focused()
    page.keyboard.type(", no salt")
    page.keyboard.press("Control+Enter")
    until(page, held, 2).continue_()
    expect(page.locator("#toasts .toast")).to_have_count(2)
    assert stands(bread) == ("Rolls", "new", "Rye, no salt")


def test_a_save_that_is_answered_after_another_deal_was_opened_leaves_that_one_open(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    actions.create(actor=acting(owner), conversation_id=tom.pk, title="Buns")
    page = opens(agent, f"/board/deals/{bread.pk}")
    held = holding(page, "/change")
    page.get_by_label("Title").fill("Rolls")
    page.get_by_role("button", name="Save").click()
    saving = until(page, held)
    page.get_by_role("link", name="Buns", exact=True).click()
    expect(page.locator("#panel-title")).to_have_text("Buns")
    saving.continue_()
    expect(titles(page, "new")).to_have_text(["Buns", "Rolls"])
    expect(page.locator("#panel-title")).to_have_text("Buns")


def test_a_move_that_was_refused_gives_no_leave_to_save_over_what_a_colleague_wrote(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    panel = page.locator("#panel")
    panel.get_by_label("Title").fill("Mine")
    actions.change(actor=acting(owner), deal=bread, title="Theirs")
    panel.get_by_role("button", name="Contacted").click()
    expect(page.locator("#toasts")).to_contain_text("Somebody changed “Theirs” before you did.")
    panel.get_by_label("Title").press("Control+Enter")
    expect(panel.get_by_role("alert")).to_contain_text("Somebody changed this deal before you saved")
    expect(panel.get_by_label("Title")).to_have_value("Mine")
    assert stands(bread) == ("Theirs", "new", "")


def test_an_answer_that_comes_late_takes_no_card_back(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    held = holding(page, "/board/cards")
    told = {"type": "deal.updated", "subject": "deal", "id": str(bread.pk)}
    page.evaluate("detail => document.dispatchEvent(new CustomEvent('live', { detail }))", told)
    late = until(page, held)
    before = late.fetch()
    page.keyboard.press("j")
    page.keyboard.press("Shift+L")
    expect(page.locator("#toasts")).to_contain_text("moved to Contacted")
    with page.expect_response("**/board/cards*"):
        late.fulfill(response=before)
    page.keyboard.press("m")
    expect(page.locator("#toasts")).to_contain_text("“Bread for 1,250” given to you.")
    expect(titles(page, "contacted")).to_have_text(["Bread for 1,250"])
