import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox.models import Conversation
from tests.arrivals import ago
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.held import holding, until

pytestmark = pytest.mark.browser


def column(page: Page, key: str) -> Locator:
    return page.locator(f"#cards-{key}")


def card(page: Page, deal: Deal) -> Locator:
    return page.locator(f"#card-{deal.pk}")


def drag(page: Page, what: Locator, to: Locator) -> None:
    """As a hand does it: press, move in steps, let go."""
    start, end = what.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + min(80, end["width"] / 2), end["y"] + 60, steps=8)
    page.mouse.up()


def test_columns_tell_their_count_sum_and_weighted_sum(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    expect(page.locator("#head-new")).to_contain_text(re.compile(r"New\s+1\s+deals\s+€1,250\s+€125\s+weighted"))
    expect(page.locator("#head-won")).to_contain_text("0")
    expect(page.locator("#open-sums")).to_contain_text(re.compile(r"1\s+open\s+None stalled\s+€1,250\s+€125 weighted"))


def test_a_dragged_card_moves_and_the_sums_follow(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    drag(page, card(page, bread), column(page, "negotiating"))
    expect(page.locator("#toasts")).to_contain_text("“Bread for 1,250” moved to Negotiating, 1st of 1.")
    expect(column(page, "negotiating").locator(".card")).to_have_count(1)
    expect(column(page, "new").locator(".card")).to_have_count(0)
    expect(page.locator("#head-negotiating")).to_contain_text("€875")
    expect(card(page, bread)).to_have_attribute("data-version", "2")
    bread.refresh_from_db()
    assert bread.stage.key == "negotiating"
    page.get_by_role("button", name="Undo").click()
    expect(column(page, "new").locator(".card")).to_have_count(1)
    expect(page.locator("#head-negotiating")).to_contain_text("0")
    bread.refresh_from_db()
    assert bread.stage.key == "new"


def test_a_card_is_put_between_two_others(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    rolls = actions.create(actor=acting(owner), conversation_id=tom.pk, title="Rolls")
    cakes = actions.create(actor=acting(owner), conversation_id=tom.pk, title="Cakes")
    page = opens(agent, "/board")
    titles = column(page, "new").locator(".card__title")
    expect(titles).to_have_text(["Cakes", "Rolls", "Bread for 1,250"])
    middle = card(page, rolls).bounding_box()
    start = card(page, cakes).bounding_box()
    assert middle is not None
    assert start is not None
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, middle["y"] + middle["height"] - 4, steps=8)
    page.mouse.up()
    expect(titles).to_have_text(["Rolls", "Cakes", "Bread for 1,250"])
    expect(card(page, cakes)).to_have_attribute("data-version", "2")  # the server has answered
    page.reload()
    expect(titles).to_have_text(["Rolls", "Cakes", "Bread for 1,250"])
    assert list(Deal.objects.order_by("place").values_list("pk", flat=True)) == [rolls.pk, cakes.pk, bread.pk]


def test_a_card_that_somebody_moved_first_goes_where_it_is_and_says_why(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    page = opens(agent, "/board")
    actions.move(actor=acting(owner), deal=bread, stage="interested")
    drag(page, card(page, bread), page.locator("#column-won"))
    expect(page.locator("#toasts")).to_contain_text(
        "Somebody changed “Bread for 1,250” before you did. It is in Interested"
    )
    expect(column(page, "interested").locator(".card")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card(page, bread)).to_have_attribute("data-version", "2")
    bread.refresh_from_db()
    assert (bread.stage.key, bread.version) == ("interested", 2)


def test_without_an_answer_the_card_goes_back_to_its_slot(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    page.route("**/board/move*", lambda route: route.fulfill(status=403, body="no"))
    drag(page, card(page, bread), column(page, "contacted"))
    expect(page.locator("#toasts")).to_contain_text("You may not do this")
    expect(column(page, "new").locator(".card")).to_have_count(1)


def test_move_to_does_what_dragging_does_and_keeps_the_focus(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="Move “Bread for 1,250”").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move “Bread for 1,250”")
    expect(dialog.get_by_role("button", name="New")).to_be_disabled()
    dialog.get_by_role("button", name="Interested").click()
    expect(dialog).to_be_hidden()
    expect(column(page, "interested").locator(".card")).to_have_count(1)
    expect(page.get_by_role("link", name="Bread for 1,250", exact=True)).to_be_focused()


def test_lost_asks_for_the_reason_and_cancel_returns_the_card_to_its_slot(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    rolls = actions.create(actor=acting(owner), conversation_id=tom.pk, title="Rolls")
    page = opens(agent, "/board")
    drag(page, card(page, rolls), page.locator("#column-lost"))
    dialog = page.get_by_role("dialog", name="Lost: “Rolls”")
    dialog.get_by_role("button", name="Cancel").first.click()
    expect(column(page, "new").locator(".card__title")).to_have_text(["Rolls", "Bread for 1,250"])
    drag(page, card(page, rolls), page.locator("#column-lost"))
    expect(dialog.get_by_label("Final value")).to_have_value("0.00")
    page.keyboard.press("Escape")
    expect(column(page, "new").locator(".card__title")).to_have_text(["Rolls", "Bread for 1,250"])
    drag(page, card(page, rolls), page.locator("#column-lost"))
    dialog.get_by_label("Reason").fill("Too dear")
    dialog.get_by_label("Final value").fill("12.50")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog).to_be_hidden()
    expect(column(page, "new").locator(".card__title")).to_have_text(["Bread for 1,250"])
    expect(page.locator("#head-lost")).to_contain_text("€12.50")
    rolls.refresh_from_db()
    assert (rolls.stage.key, rolls.lost_reason, rolls.value, rolls.version) == ("lost", "Too dear", 1250, 4)


def test_a_reason_given_before_is_one_press(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    rolls = actions.create(actor=acting(owner), conversation_id=tom.pk, title="Rolls")
    actions.move(actor=acting(owner), deal=rolls, stage="lost", reason="No budget")
    page = opens(agent, "/board")
    drag(page, card(page, bread), page.locator("#column-lost"))
    page.get_by_role("dialog").get_by_text("No budget").click()
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.locator("#toasts")).to_contain_text("moved to Lost")
    bread.refresh_from_db()
    assert bread.lost_reason == "No budget"


def test_selected_cards_are_dragged_together_with_one_undo(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    made = [actions.create(actor=acting(owner), conversation_id=tom.pk, title=name) for name in ("C", "B", "A")]
    page = opens(agent, "/board")
    titles = column(page, "new").locator(".card__title")
    expect(titles).to_have_text(["A", "B", "C", "Bread for 1,250"])
    card(page, made[2]).click(modifiers=["Control"])
    card(page, bread).click(modifiers=["Control"])
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("2 selected")
    expect(bar).to_contain_text("€1,250")
    drag(page, card(page, bread), column(page, "contacted"))
    expect(column(page, "contacted").locator(".card__title")).to_have_text(["A", "Bread for 1,250"])
    expect(page.locator("#toasts")).to_contain_text("2 deals moved to Contacted.")
    expect(bar).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(titles).to_have_text(["A", "B", "C", "Bread for 1,250"])


def test_shift_selects_what_lies_between_and_delete_takes_all_off(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    made = [actions.create(actor=acting(owner), conversation_id=tom.pk, title=name) for name in ("C", "B", "A")]
    page = opens(agent, "/board")
    card(page, made[2]).click(modifiers=["Control"])
    card(page, made[0]).click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar")).to_contain_text("3 selected")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete 3 deals").click()
    expect(column(page, "new").locator(".card__title")).to_have_text(["Bread for 1,250"])
    page.get_by_role("button", name="Undo").click()
    expect(column(page, "new").locator(".card__title")).to_have_text(["A", "B", "C", "Bread for 1,250"])


def test_escape_while_dragging_leaves_the_card_where_it_was(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    start, end = card(page, bread).bounding_box(), column(page, "contacted").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=6)
    expect(page.locator(".card-slot")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".card-slot")).to_have_count(0)
    page.mouse.up()
    expect(column(page, "new").locator(".card")).to_be_visible()
    bread.refresh_from_db()
    assert bread.version == 1


def test_a_sorted_column_takes_cards_from_others_but_lays_none_by_hand(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal, tom: Conversation
) -> None:
    us = acting(owner)
    rolls = actions.create(actor=us, conversation_id=tom.pk, title="Rolls", value=900_000)
    actions.create(actor=us, conversation_id=tom.pk, title="Cakes", value=500_000, stage="contacted")
    page = opens(agent, "/board")
    page.get_by_label("Sort the cards").select_option("Largest value")
    expect(page).to_have_url(re.compile(r"/board\?sort=value$"))
    expect(column(page, "new").locator(".card__title")).to_have_text(["Rolls", "Bread for 1,250"])
    page.wait_for_load_state()
    drag(page, card(page, rolls), card(page, bread))
    expect(page.locator("#toasts")).to_contain_text("The cards are sorted")
    expect(column(page, "new").locator(".card__title")).to_have_text(["Rolls", "Bread for 1,250"])
    drag(page, card(page, bread), column(page, "contacted"))
    expect(column(page, "contacted").locator(".card__title")).to_have_text(["Cakes", "Bread for 1,250"])


def test_a_folded_column_is_remembered_and_takes_what_is_dropped_on_it(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, "/board")
    page.get_by_role("button", name="Fold Contacted").click()
    expect(page.get_by_role("button", name="Unfold Contacted")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Unfold Contacted")).to_be_visible()
    drag(page, card(page, bread), page.locator("#column-contacted"))
    expect(page.locator("#head-contacted")).to_contain_text("€1,250")
    expect(column(page, "new").locator(".card")).to_have_count(0)
    page.get_by_role("button", name="Unfold Contacted").click()
    expect(column(page, "contacted").locator(".card__title")).to_have_text(["Bread for 1,250"])


def test_further_cards_come_when_one_scrolls_to_them(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    for number in range(40):
        actions.create(actor=acting(owner), conversation_id=priya.pk, title=f"Deal {number}")
    page = opens(agent, "/board")
    cards = column(page, "new").locator(".card")
    expect(cards).to_have_count(25)
    expect(column(page, "new")).to_contain_text("25 of 40 shown")
    cards.nth(24).scroll_into_view_if_needed()
    page.mouse.move(200, 500)
    page.mouse.wheel(0, 4000)
    expect(cards).to_have_count(40)


def test_the_stalled_ones_are_a_press_away(opens: Opens, agent: Membership, bread: Deal, tom: Conversation) -> None:
    deal = actions.create(actor=acting(agent), conversation_id=tom.pk, title="Old rolls")
    Conversation.objects.filter(pk=tom.pk).update(last_inbound_at=ago(days=30), turn="theirs")
    page = opens(agent, "/board")
    page.get_by_role("link", name="1 stalled").click()
    expect(page.locator(".card__title")).to_have_text(["Old rolls"])
    expect(card(page, deal).locator("[title^='Silent for 30 days']")).to_be_visible()
    page.get_by_role("link", name="1 stalled").click()
    expect(page.locator(".card__title")).to_have_count(2)


def test_a_new_deal_is_made_with_a_person_found_by_name(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/board")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New deal")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    held = holding(page, "/contacts/choices")
    dialog.get_by_label("Search people").fill("tann")
    asked = until(page, held)
    dialog.get_by_role("radio", name="Tom Tanner").check()
    asked.continue_()
    expect(dialog.get_by_role("radio")).to_have_count(1)  # chosen while it was looked for: it stays chosen
    dialog.get_by_label("Title").fill("Twelve seats")
    dialog.get_by_label("Value").fill("1,999.50")
    dialog.get_by_role("button", name="Create deal").click()
    expect(page.get_by_role("link", name="Twelve seats", exact=True)).to_be_focused()
    made = Deal.objects.get()
    assert (made.contact_id, made.value, made.stage.key, made.owner) == (tom.contact_id, 199_950, "new", agent)


def test_a_deal_made_beside_a_thread_leaves_the_thread_open(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.get_by_label("Reply to Priya Patel").fill("Half a sentence")
    page.get_by_role("link", name="New deal").click()
    page.get_by_role("dialog").get_by_label("Title").fill("A demo")
    page.get_by_role("button", name="Create deal").click()
    expect(page.get_by_role("complementary").get_by_role("link", name="A demo")).to_be_visible()
    expect(page.get_by_label("Reply to Priya Patel")).to_have_value("Half a sentence")
    assert Deal.objects.get().conversation_id == priya.pk


def test_the_panel_changes_a_deal_and_its_card(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="Bread for 1,250", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/board/deals/{bread.pk}"))
    panel = page.locator("#panel")
    panel.get_by_label("Title").fill("Bread for 2,000")
    panel.get_by_label("Value").fill("2000")
    panel.get_by_role("button", name="Contacted").click()
    expect(column(page, "contacted").locator(".card")).to_have_count(1)
    panel.get_by_label("Title").focus()
    page.keyboard.press("Control+Enter")
    expect(column(page, "contacted").locator(".card__title")).to_have_text(["Bread for 2,000"])
    expect(page.locator("#head-contacted")).to_contain_text("€2,000")
    expect(panel.locator(".timeline")).to_contain_text("New")
    panel.get_by_role("link", name="Close the deal").click()
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/board$"))
    expect(page.get_by_role("link", name="Bread for 2,000", exact=True)).to_be_focused()
    bread.refresh_from_db()
    assert (bread.title, bread.value, bread.stage.key) == ("Bread for 2,000", 200_000, "contacted")


def test_a_stale_change_keeps_what_was_typed_and_shows_what_is_saved(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    actions.change(actor=acting(owner), deal=bread, title="Bread for 900")
    panel = page.locator("#panel")
    panel.get_by_label("Title").fill("Mine")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this deal before you saved")
    expect(panel.get_by_label("Title")).to_have_value("Mine")
    expect(panel).to_contain_text("Saved now: Bread for 900")
    panel.get_by_role("link", name="Take what is saved").click()
    expect(panel.get_by_label("Title")).to_have_value("Bread for 900")
    bread.refresh_from_db()
    assert bread.title == "Bread for 900"


def test_a_value_that_is_no_amount_is_told_and_what_was_typed_stays(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    page.locator("#panel").get_by_label("Value").fill("a lot")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("“a lot” is not an amount")
    expect(page.locator("#panel").get_by_label("Value")).to_have_value("a lot")


def test_what_a_dialog_is_refused_stands_in_the_dialog_the_latest_only(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="New deal").click()
    dialog = page.get_by_role("dialog", name="New deal")
    dialog.get_by_role("radio", name="Priya Patel").check()
    dialog.get_by_label("Value").fill("a lot")
    dialog.get_by_role("button", name="Create deal").click()
    expect(dialog.get_by_role("alert")).to_have_text("“a lot” is not an amount: write it like 1250.50.")
    dialog.get_by_label("Value").fill("1200")
    dialog.get_by_label("Currency").fill("XX")
    dialog.get_by_role("button", name="Create deal").click()
    expect(dialog.get_by_role("alert")).to_have_text("“XX” is no currency code, such as EUR.")
    expect(page.locator("#toasts")).to_have_text("")


def test_a_board_that_is_narrowed_says_so_and_shows_the_way_back(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board?search=nothing+like+it")
    expect(page.locator(".card")).to_have_count(0)
    page.get_by_role("link", name="Clear the filter").click()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.get_by_role("link", name="Clear the filter")).to_have_count(0)


def test_a_deleted_deal_leaves_the_board_and_comes_back_with_undo(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    page.get_by_role("button", name="Delete this deal").click()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#panel")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/board$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card__title")).to_have_text(["Bread for 1,250"])


def test_a_client_viewer_looks_and_drags_nothing(opens: Opens, viewer: Membership, bread: Deal) -> None:
    page = opens(viewer, f"/board/deals/{bread.pk}")
    expect(page.locator("#panel")).to_contain_text("€1,250")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("link", name="New deal")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    drag(page, card(page, bread), column(page, "contacted"))
    expect(column(page, "new").locator(".card")).to_have_count(1)
