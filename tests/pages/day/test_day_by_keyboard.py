"""The whole day of an agent by keyboard alone: no mouse, and no focus that a script puts anywhere."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from deals.models import Deal
from inbox.models import Conversation, FollowUp, Message
from tests.cast import PASSWORD
from tests.pages.conftest import Opens
from tests.pages.day.conftest import Morning
from tests.pages.day.pictures import Pictures

pytestmark = pytest.mark.browser


def test_the_whole_day_by_keyboard(opens: Opens, agent: Membership, morning: Morning) -> None:
    page = opens(None, "/")
    pictures = Pictures("keyboard", page)
    sign_in(page, agent)
    finish_the_promise(page, pictures)
    see_the_keys(page, pictures)
    answer_priya(page, pictures, morning)
    close_tom_and_take_it_back(page, pictures, morning)
    correct_and_snooze_walt(page, pictures, morning)
    write_a_note(page, pictures, morning)
    select_and_close(page, pictures, morning)
    move_the_bread(page, pictures, morning)
    lose_the_ovens(page, pictures, morning)
    find_vera(page, pictures, morning)
    sign_out(page)
    assert len(pictures.names) == pictures.taken


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """With Tab alone, as far as it takes."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        press(page, "Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab never came to {selector}")


def sign_in(page: Page, agent: Membership) -> None:
    tab_to(page, "input[name=login]")
    page.keyboard.type(agent.user.email)
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    page.wait_for_load_state()


def finish_the_promise(page: Page, pictures: Pictures) -> None:
    pictures.take("today")
    tab_to(page, "[aria-label='Done: Send Vera the flour list']")
    press(page, "Enter")
    expect(page.locator("#toasts")).to_contain_text("Follow-up done.")
    assert FollowUp.objects.get().done_at is not None


def see_the_keys(page: Page, pictures: Pictures) -> None:
    press(page, "Shift+Slash")
    expect(page.get_by_role("dialog")).to_contain_text("Undo the last change")
    pictures.take("keys")
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "g", "i")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    page.wait_for_load_state()


def open_with_j(page: Page, conversation: Conversation) -> None:
    """Down to its row, and in."""
    wanted = f"step-{conversation.pk}"
    for _ in range(10):
        if focused(page) == wanted:
            break
        press(page, "j")
    press(page, "Enter")
    expect(page.locator("#thread-title")).to_have_text(str(conversation.contact))


def answer_priya(page: Page, pictures: Pictures, morning: Morning) -> None:
    open_with_j(page, morning.priya)
    press(page, "r")
    expect(page.get_by_label("Reply to Priya Patel")).to_be_focused()
    page.keyboard.type("Gladly. Tuesday at ten?")
    press(page, "Control+Enter")
    expect(page.locator(".message--outbound:not(.message--pending)")).to_contain_text("Gladly. Tuesday at ten?")
    expect(page.locator(f"#row-{morning.priya.pk}")).to_contain_text("Their turn")
    pictures.take("answered")
    assert Message.objects.filter(conversation=morning.priya, direction="outbound").count() == 1


def close_tom_and_take_it_back(page: Page, pictures: Pictures, morning: Morning) -> None:
    press(page, "Escape", "Escape")
    expect(page.locator(f"#step-{morning.priya.pk}")).to_be_focused()
    open_with_j(page, morning.tom)
    press(page, "m")
    expect(page.locator("#verb-mine")).to_have_count(0)
    press(page, "e")
    expect(page.locator("#thread-title")).to_have_text("Walt Weber")
    expect(page.locator("#toasts")).to_contain_text("Closed.")
    press(page, "z")
    expect(page.locator("#toasts")).to_contain_text("Taken back: Closed.")
    expect(page.locator(f"#row-{morning.tom.pk}")).to_be_visible()
    pictures.take("taken-back")
    morning.tom.refresh_from_db()
    assert (morning.tom.status, morning.tom.assignee) == ("active", Membership.objects.get(user__name="Anna Agent"))


def correct_and_snooze_walt(page: Page, pictures: Pictures, morning: Morning) -> None:
    expect(page.locator("#thread-title")).to_have_text("Walt Weber")
    press(page, "i")
    expect(page.get_by_text("“Could we meet on Tuesday at ten?”")).to_be_visible()
    press(page, "3")
    expect(page.locator("#verb-intent")).to_contain_text(re.compile("Question|Booking|Objection"))
    press(page, "s")
    expect(page.locator("#verb-snooze + .menu__sheet")).to_be_visible()
    pictures.take("snooze")
    press(page, "ArrowDown", "Enter")
    expect(page.locator("#toasts")).to_contain_text("Snoozed")
    morning.walt.refresh_from_db()
    tag = morning.walt.intent_tag
    assert (morning.walt.status, tag and tag.made_by) == ("snoozed", "person")


def write_a_note(page: Page, pictures: Pictures, morning: Morning) -> None:
    expect(page.locator("#thread-title")).to_have_text("Uma Underwood")
    press(page, "n")
    expect(page.get_by_label("Private note about Uma Underwood")).to_be_focused()
    page.keyboard.type("Ask @Ol")
    expect(page.get_by_role("listbox", name="Members").get_by_role("option", name="Olga Owner")).to_be_visible()
    press(page, "Enter")
    page.keyboard.type("about her.")
    press(page, "Control+Enter")
    expect(page.locator(".note:not(.note--pending)")).to_contain_text("@Olga Owner about her.")
    pictures.take("note")


def select_and_close(page: Page, pictures: Pictures, morning: Morning) -> None:
    press(page, "Escape", "Escape")
    expect(page.locator(f"#step-{morning.uma.pk}")).to_be_focused()
    press(page, "x", "Shift+J")
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    pictures.take("selected")
    press(page, "e")
    expect(page.locator("#toasts")).to_contain_text("Closed: 2 conversations.")
    press(page, "z")
    expect(page.locator("#toasts")).to_contain_text("Taken back: Closed: 2 conversations.")
    expect(page.locator(f"#row-{morning.vera.pk}")).to_be_visible()
    assert not Conversation.objects.filter(status="closed").exists()


def move_the_bread(page: Page, pictures: Pictures, morning: Morning) -> None:
    press(page, "g", "b")
    expect(page.get_by_role("heading", name="Board", level=1)).to_be_visible()
    page.wait_for_load_state()
    card = f"#card-{morning.bread.pk}"
    for _ in range(5):
        press(page, "j")
        if page.evaluate("card => document.activeElement.matches(card + ' *')", card):
            break
    press(page, "Shift+L")
    expect(page.locator(f'[data-column="contacted"] {card}')).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("“Bread for 1,250” moved to Contacted")
    assert page.evaluate("card => document.activeElement.matches(card + ' *')", card), "the focus stays on the card"
    pictures.take("moved")
    press(page, "Enter")
    expect(page.locator("#panel")).to_contain_text("Bread for 1,250")
    pictures.take("panel")
    press(page, "Escape")
    expect(page.locator("#panel")).to_be_hidden()
    press(page, "z")
    expect(page.locator(f'[data-column="new"] {card}')).to_be_visible()


def lose_the_ovens(page: Page, pictures: Pictures, morning: Morning) -> None:
    card = f"#card-{morning.ovens.pk}"
    for way in ("h", "h", "h", "j", "k", "k", "k", "j"):
        if page.evaluate("card => document.activeElement.matches(card + ' *')", card):
            break
        press(page, way)
    tab_to(page, f"{card} .card__move")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "dialog button[value=lost]")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Why was it lost?")
    pictures.take("lost")
    tab_to(page, "[name=reason_other]")
    page.keyboard.type("No budget this year")
    press(page, "Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Lost")
    lost = Deal.objects.select_related("stage").get(pk=morning.ovens.pk)
    assert (lost.stage.key, lost.lost_reason) == ("lost", "No budget this year")


def find_vera(page: Page, pictures: Pictures, morning: Morning) -> None:
    press(page, "Control+k")
    expect(page.get_by_role("combobox", name="A command")).to_be_focused()
    with page.expect_response("**/palette/found?q=stop*writing"):
        page.keyboard.type("stop writing")
    expect(page.get_by_role("listbox", name="What you can do")).to_contain_text("Vera Vogel")
    pictures.take("palette")
    for _ in range(10):
        if "Vera Vogel" in page.get_by_role("option", selected=True).last.inner_text():
            break
        press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.locator("#thread-title")).to_have_text("Vera Vogel")
    page.wait_for_load_state()


def sign_out(page: Page) -> None:
    tab_to(page, ".rail__person summary")
    press(page, "Enter")
    tab_to(page, ".rail__person button[type=submit]")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
