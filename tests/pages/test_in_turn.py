"""Who presses faster than the server answers loses no press, and nothing is done twice."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from accounts.models import Membership
from inbox.models import Conversation
from tests.pages.conftest import Opens
from tests.pages.held import holding, until

pytestmark = pytest.mark.browser


def posts(page: Page) -> list[str]:
    """What the page posts from now on: the verb of the address, what the button said, and whether it left the page."""
    seen: list[str] = []

    def note(request: Request) -> None:
        verb = request.url.split("?")[0].rsplit("/", 1)[1]
        if request.method == "POST" and verb in ("assign", "close", "intent", "snooze"):
            said = re.search(r"(intent)=(\w+)", request.post_data or "")
            leaving = " as a page" if request.is_navigation_request() else ""
            seen.append((f"{verb} {said[2]}" if said else verb) + leaving)

    page.on("request", note)
    return seen


def test_a_verb_pressed_while_another_is_under_way_is_done_after_it(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    sent, held = posts(page), holding(page, "/assign")
    page.keyboard.press("m")
    assigning = until(page, held)
    page.keyboard.press("e")
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    assigning.continue_()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    tom.refresh_from_db()
    assert (tom.status, tom.assignee, sent) == ("closed", agent, ["assign", "close"])


def test_a_correction_is_sent_once_with_its_word_though_the_focus_has_moved_on(
    opens: Opens, agent: Membership, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    sent, held = posts(page), holding(page, "/assign")
    page.keyboard.press("m")
    assigning = until(page, held)
    for key in ("i", "4", "s"):
        page.keyboard.press(key)
    assigning.continue_()
    expect(page.locator("#verb-intent")).to_contain_text("Booking")
    tom.refresh_from_db()
    assert (tom.intent, tom.assignee, sent) == ("booking", agent, ["assign", "intent booking"])


def test_a_menu_opened_before_the_answer_came_is_still_open_after_it(
    opens: Opens, agent: Membership, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    held = holding(page, "/intent")
    for key in ("i", "4", "s", "ArrowDown"):
        page.keyboard.press(key)
    until(page, held).continue_()
    expect(page.locator("#verb-intent")).to_contain_text("Booking")
    expect(page.locator("#verb-snooze + .menu__sheet .menu__item").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Snoozed")
    tom.refresh_from_db()
    assert (tom.intent, tom.status) == ("booking", "snoozed")


def test_the_way_back_is_taken_though_the_head_was_shown_anew_meanwhile(
    opens: Opens, agent: Membership, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.wait_for_load_state("networkidle")
    held = holding(page, "/head")
    page.evaluate("document.getElementById('thread-head').dispatchEvent(new CustomEvent('refresh'))")
    showing = until(page, held)
    page.keyboard.press("Escape")
    showing.continue_()
    expect(page.locator("#thread-title")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/inbox$"))


def test_what_was_pressed_for_a_conversation_that_is_not_open_any_more_is_dropped(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    held = holding(page, "/close")
    page.keyboard.press("e")
    closing = until(page, held)
    page.keyboard.press("m")
    closing.continue_()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    expect(page.locator("#verb-mine")).to_be_visible()
    tom.refresh_from_db()
    priya.refresh_from_db()
    assert (tom.assignee, priya.assignee) == (None, None)


def test_undo_pressed_before_the_answer_takes_back_what_was_done_last(
    opens: Opens, agent: Membership, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    toasts = page.locator("#toasts")
    page.keyboard.press("m")
    expect(toasts).to_contain_text("Assigned")
    held = holding(page, "/intent$")
    for key in ("i", "4"):
        page.keyboard.press(key)
    correcting = until(page, held)
    page.keyboard.press("z")
    correcting.continue_()
    expect(toasts).to_contain_text("Taken back")
    tom.refresh_from_db()
    assert (tom.assignee, tom.intent) == (agent, "question")


def test_undo_pressed_before_a_refusal_takes_nothing_back(opens: Opens, agent: Membership, tom: Conversation) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.keyboard.press("m")
    expect(page.locator("#toasts")).to_contain_text("Assigned")
    held, undone = holding(page, "/intent$"), holding(page, "/undo/")
    for key in ("i", "4"):
        page.keyboard.press(key)
    correcting = until(page, held)
    page.keyboard.press("z")
    correcting.fulfill(status=409, body="")
    page.wait_for_load_state("networkidle")
    assert undone == []
    page.keyboard.press("z")
    until(page, undone).continue_()
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    tom.refresh_from_db()
    assert (tom.assignee, tom.intent) == (None, "question")
