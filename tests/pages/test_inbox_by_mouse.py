import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership, Workspace
from clients.models import Client
from inbox.models import Conversation, Message
from tests.pages.conftest import NARROW, Opens, wrote

pytestmark = pytest.mark.browser


def count(page: Page, split: str) -> str:
    return page.locator(".split", has_text=split).locator(".split__count").inner_text()


def test_opening_a_conversation_shows_it_beside_the_list_and_marks_it_read(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_role("link", name="Priya Patel").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Yes, we would like to see a demo.")
    expect(page).to_have_url(re.compile(rf"/inbox/{priya.pk}"))
    expect(page.locator(f"#row-{priya.pk}")).not_to_have_class(re.compile("row--unread"))
    expect(page.locator(f"#row-{tom.pk}")).to_have_class(re.compile("row--unread"))
    expect(page.get_by_role("link", name="Priya Patel").first).to_have_attribute("aria-current", "true")
    priya.refresh_from_db()
    assert (priya.unread_count, priya.turn) == (0, "ours")


def test_a_reply_is_recorded_and_it_is_their_turn(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    expect(page.get_by_text("Recorded only, not sent")).to_be_visible()
    page.get_by_label("Reply to Priya Patel").fill("Gladly. Tuesday at ten?")
    page.get_by_role("button", name="Record", exact=True).click()
    answer = page.locator(".message--outbound")
    expect(answer).to_contain_text("Gladly. Tuesday at ten?")
    expect(answer).to_contain_text("Anna Agent")
    expect(answer).to_contain_text("Recorded")
    expect(page.locator(f"#row-{priya.pk}")).to_contain_text("Their turn")
    expect(page.get_by_label("Reply to Priya Patel")).to_have_value("")
    assert count(page, "My turn") == "0"
    assert Message.objects.filter(conversation=priya, direction="outbound").count() == 1


def test_the_chip_shows_the_words_it_rests_on_and_corrects_the_intent(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.locator("#verb-intent").click()
    expect(page.get_by_text("“Yes, we would like to see a demo.”")).to_be_visible()
    page.get_by_role("button", name="Booking").click()
    expect(page.locator("#verb-intent")).to_contain_text("Booking")
    expect(page.locator(f"#row-{priya.pk}")).to_contain_text("Booking")
    priya.refresh_from_db()
    assert priya.intent == "booking"


def test_an_intent_is_told_by_hand_where_none_was_read_yet(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    unread = wrote(workspace, harbour, "Uma Unread", "Hm.", None)
    page = opens(agent, f"/inbox/{unread.pk}")
    page.get_by_text("No intent yet").click()
    page.get_by_role("button", name="Question").click()
    expect(page.locator("#verb-intent")).to_contain_text("Question")
    expect(page.locator(f"#row-{unread.pk}")).to_contain_text("Question")


def test_closing_opens_the_next_one(opens: Opens, agent: Membership, priya: Conversation, tom: Conversation) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.locator("#verb-close").click()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    expect(page).to_have_url(re.compile(rf"/inbox/{priya.pk}"))
    expect(page.locator(f"#row-{tom.pk}")).to_have_count(0)
    assert (count(page, "My turn"), count(page, "Closed")) == ("1", "1")
    tom.refresh_from_db()
    assert tom.status == "closed"


def test_a_closed_one_is_reopened_from_its_split(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.locator("#verb-close").click()
    expect(page.get_by_text("Choose a conversation")).to_be_visible()
    page.get_by_role("link", name="Closed 1").click()
    page.get_by_role("link", name="Priya Patel").click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator("#verb-close")).to_be_visible()
    priya.refresh_from_db()
    assert priya.status == "active"


def test_one_that_the_list_does_not_show_is_worked_on_all_the_same(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}?split=snoozed")
    page.wait_for_load_state("networkidle")  # it was read, and what that changed has come
    expect(page.locator(".row:visible")).to_have_count(0)
    page.locator("#verb-assign").click()
    page.get_by_role("button", name="Anna Agent").click()
    expect(page.locator("#verb-assign")).to_contain_text("Anna Agent")
    expect(page.locator(".row:visible")).to_have_count(0)
    page.locator("#verb-close").click()
    expect(page.get_by_text("Choose a conversation")).to_be_visible()


def test_snoozing_names_the_exact_moment(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.locator("#verb-snooze").click()
    choice = page.get_by_role("button", name="Tomorrow morning")
    expect(choice).to_contain_text("09:00")
    choice.click()
    expect(page.get_by_role("link", name="Snoozed 1")).to_be_visible()
    priya.refresh_from_db()
    assert priya.status == "snoozed"
    assert priya.snoozed_until is not None
    assert priya.snoozed_until.strftime("%H:%M") == "09:00"


def test_it_is_given_to_a_colleague(
    opens: Opens, agent: Membership, owner: Membership, viewer: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.locator("#verb-assign").click()
    expect(page.get_by_role("button", name="Hal Harbour")).to_have_count(0)
    page.get_by_role("button", name="Olga Owner").click()
    expect(page.get_by_text("Assigned to Olga Owner.")).to_be_visible()
    expect(page.locator("#verb-assign")).to_contain_text("Olga Owner")
    priya.refresh_from_db()
    assert priya.assignee == owner


def test_unread_again_goes_back_to_the_list(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox")
    page.get_by_role("link", name="Priya Patel").click()
    expect(page.locator(f"#row-{priya.pk}")).not_to_have_class(re.compile("row--unread"))
    page.get_by_role("button", name="Mark as unread").click()
    expect(page.locator(f"#row-{priya.pk}")).to_have_class(re.compile("row--unread"))
    expect(page.get_by_text("Choose a conversation")).to_be_visible()


def test_no_reply_needed_makes_it_nobodys_turn(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.get_by_role("button", name="No reply needed").click()
    expect(page.get_by_role("button", name="No reply needed")).to_have_count(0)
    priya.refresh_from_db()
    assert priya.turn == "nobody"


def test_filters_stand_in_the_address_and_say_when_they_are_too_narrow(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Intent").select_option("question")
    with page.expect_navigation():  # to its end: a script leaves out of the address what is blank
        page.get_by_role("button", name="Show these").click()
    expect(page).to_have_url(re.compile(r"/inbox\?intent=question$"))
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("Search people and messages").fill("twel")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/inbox\?search=twel&intent=question$"))
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_text("Filter, active: 1").click()
    page.get_by_label("Channel").select_option("sms")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Clear the filter").click()
    expect(page.locator(".row")).to_have_count(2)


def test_the_client_switcher_scopes_the_page_and_the_links_on_it(
    opens: Opens, agent: Membership, priya: Conversation, meadow: object
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_label("Client: All clients").click()
    page.get_by_role("link", name="Meadow Dairy").click()
    expect(page.get_by_text("Nobody has written to Meadow Dairy so far.")).to_be_visible()
    page.get_by_role("link", name="Board", exact=True).click()
    expect(page).to_have_url(re.compile(r"/board\?client="))


def test_on_a_narrow_screen_there_is_one_pane_at_a_time(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox", viewport=NARROW)
    page.get_by_role("link", name="Priya Patel").click()
    expect(page.get_by_role("region", name="Messages")).to_be_visible()
    expect(page.get_by_role("region", name="Conversations")).to_be_hidden()
    page.get_by_role("link", name="About Priya Patel").click()
    expect(page.get_by_role("complementary", name="About Priya Patel")).to_be_visible()
    page.get_by_role("link", name="Back to the messages").click()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("link", name="Priya Patel")).to_be_visible()


def test_going_back_shows_the_page_before(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_role("link", name="Priya Patel").click()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    page.get_by_role("link", name="Tom Tanner").click()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    page.go_back()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    page.go_back()
    expect(page.get_by_text("Choose a conversation")).to_be_visible()
