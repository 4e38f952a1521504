import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens

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
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=8)
    page.mouse.up()


def test_columns_tell_their_count_sum_and_weighted_sum(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    expect(page.locator("#head-new")).to_contain_text(re.compile(r"New\s+1\s+deals\s+€1,250\s+€125\s+weighted"))
    expect(page.locator("#head-won")).to_contain_text("0")
    expect(page.locator("#open-sums")).to_contain_text("€1,250")


def test_a_dragged_card_moves_and_the_sums_follow(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    drag(page, card(page, bread), column(page, "negotiating"))
    expect(page.locator("#announcer")).to_have_text("“Bread for 1,250” is in Negotiating now.")
    expect(column(page, "negotiating").locator(".card")).to_have_count(1)
    expect(column(page, "new").locator(".card")).to_have_count(0)
    expect(page.locator("#head-negotiating")).to_contain_text("€875")
    expect(card(page, bread)).to_have_attribute("data-version", "2")
    bread.refresh_from_db()
    assert bread.stage.key == "negotiating"


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
    drag(page, card(page, bread), column(page, "won"))
    expect(page.locator("#toasts")).to_contain_text(
        "Somebody changed “Bread for 1,250” before you did. It is in Interested"
    )
    expect(column(page, "interested").locator(".card")).to_have_count(1)
    expect(column(page, "won").locator(".card")).to_have_count(0)
    expect(card(page, bread)).to_have_attribute("data-version", "2")
    bread.refresh_from_db()
    assert (bread.stage.key, bread.version) == ("interested", 2)


def test_without_an_answer_the_card_goes_back_to_its_slot(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    page.route("**/board/move*", lambda route: route.fulfill(status=403, body="no"))
    drag(page, card(page, bread), column(page, "won"))
    expect(page.locator("#toasts")).to_contain_text("You may not do this")
    expect(column(page, "new").locator(".card")).to_have_count(1)


def test_move_to_does_what_dragging_does_and_keeps_the_focus(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="Move “Bread for 1,250”").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move “Bread for 1,250”")
    expect(dialog.get_by_role("button", name="New")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Too dear")
    dialog.get_by_role("button", name="Lost").click()
    expect(dialog).to_be_hidden()
    expect(column(page, "lost").locator(".card")).to_have_count(1)
    expect(page.get_by_role("link", name="Bread for 1,250", exact=True)).to_be_focused()
    bread.refresh_from_db()
    assert (bread.stage.key, bread.lost_reason) == ("lost", "Too dear")


def test_enter_in_the_reason_loses_the_deal_and_presses_no_other_stage(
    opens: Opens, agent: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}/move")
    page.get_by_role("button", name="Contacted").click()
    page.goto(page.url.split("/board")[0] + f"/board/deals/{bread.pk}/move")
    page.get_by_label("Reason").fill("Too dear")
    page.keyboard.press("Enter")
    expect(column(page, "lost").locator(".card")).to_have_count(1)
    bread.refresh_from_db()
    assert (bread.stage.key, bread.lost_reason) == ("lost", "Too dear")


def test_a_new_deal_is_made_with_a_person_found_by_name(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/board")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New deal")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    dialog.get_by_label("Search people").press_sequentially("tann")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    dialog.get_by_role("radio").check()
    dialog.get_by_label("Title").fill("Twelve seats")
    dialog.get_by_label("Value").fill("1,999.50")
    dialog.get_by_role("button", name="Create deal").click()
    expect(page.locator("#panel-title")).to_have_text("Twelve seats")
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
    panel.get_by_label("Stage").select_option("contacted")
    panel.get_by_role("button", name="Save").click()
    expect(column(page, "contacted").locator(".card__title")).to_have_text(["Bread for 2,000"])
    expect(page.locator("#head-contacted")).to_contain_text("€2,000")
    expect(panel.locator(".timeline")).to_contain_text("New")
    panel.get_by_role("link", name="Close the deal").click()
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/board$"))
    bread.refresh_from_db()
    assert (bread.title, bread.value, bread.stage.key) == ("Bread for 2,000", 200_000, "contacted")


def test_a_stale_change_is_refused_and_shows_the_deal_as_it_is(
    opens: Opens, agent: Membership, owner: Membership, bread: Deal
) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    actions.change(actor=acting(owner), deal=bread, title="Bread for 900")
    page.locator("#panel").get_by_label("Title").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this deal before you saved")
    expect(page.locator("#panel").get_by_label("Title")).to_have_value("Bread for 900")
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


def test_a_deleted_deal_leaves_the_board(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, f"/board/deals/{bread.pk}")
    page.locator("#panel").get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete this deal").click()
    expect(page.locator(".card")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/board$"))


def test_a_client_viewer_looks_and_drags_nothing(opens: Opens, viewer: Membership, bread: Deal) -> None:
    page = opens(viewer, f"/board/deals/{bread.pk}")
    expect(page.locator("#panel")).to_contain_text("€1,250")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("link", name="New deal")).to_have_count(0)
    drag(page, card(page, bread), column(page, "won"))
    expect(column(page, "new").locator(".card")).to_have_count(1)
