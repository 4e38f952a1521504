import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from inbox.models import Conversation, Message
from tests.pages.conftest import Opens
from tests.pages.held import stop_clock

pytestmark = pytest.mark.browser


def test_an_answer_a_correction_and_a_close_without_the_mouse(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")

    page.keyboard.press("i")
    page.keyboard.press("4")
    expect(page.locator("#verb-intent")).to_contain_text("Booking")

    page.keyboard.press("r")
    page.keyboard.type("Tuesday at ten. Bring bread? j k e i")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Tuesday at ten. Bring bread? j k e i")
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")  # not only painted

    page.keyboard.press("e")
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    priya.refresh_from_db()
    assert (priya.intent, priya.status) == ("booking", "closed")
    assert Message.objects.filter(conversation=priya, direction="outbound").count() == 1


def test_keys_go_by_their_place_so_that_a_cyrillic_layout_works(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyE', key: 'у', bubbles: true}))"
    )  # fmt: skip
    expect(page.get_by_text("Choose a conversation")).to_be_visible()


def test_after_closing_by_key_from_the_messages_the_focus_is_in_the_next_conversation(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.get_by_role("region", name="Messages").focus()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Priya Patel").first).to_be_focused()


def test_g_then_a_letter_goes_to_a_room(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/inbox")
    stop_clock(page)  # the letter is waited for a second only
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url(re.compile("/board$"))
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("/inbox$"))


def test_a_menu_opens_by_key_and_escape_gives_the_focus_back(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="In three hours")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Tomorrow morning")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Tomorrow morning")).to_be_hidden()
    expect(page.locator("#verb-snooze")).to_be_focused()


def test_escape_leaves_the_search_and_the_keys_are_the_lists_again(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, "/inbox")
    search = page.locator("[data-key-name=filter]")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("Pri")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
