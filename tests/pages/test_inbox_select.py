"""Rows are ticked by mouse and by keyboard, what is done to them is done to all, and what is painted first is true."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Membership, Role, Workspace
from clients.models import Client, ClientAccess
from inbox import actions
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens, wrote
from tests.pages.held import holding, until

pytestmark = pytest.mark.browser


@pytest.fixture
def five(workspace: Workspace, harbour: Client) -> list[Conversation]:
    """The newest first, as the list has them."""
    names = ("Vera One", "Walt Two", "Xena Three", "Yuri Four", "Zoe Five")
    return [wrote(workspace, harbour, name, "Hello", None) for name in names][::-1]


def ticked(page: Page) -> int:
    return page.locator("[data-pick]:checked").count()


def test_ticked_by_mouse_they_are_closed_together_and_come_back_with_one_undo(
    opens: Opens, agent: Membership, five: list[Conversation]
) -> None:
    page = opens(agent, "/inbox")
    bar = page.get_by_role("form", name="The selected conversations")
    expect(bar).to_be_hidden()
    page.get_by_label("Select Zoe Five").check()
    page.get_by_label("Select Xena Three").click(modifiers=["Shift"])
    expect(bar.get_by_text("3 selected")).to_be_visible()
    expect(bar.get_by_role("button", name="5 shown")).to_be_visible()
    expect(bar.get_by_role("button", name="All 5 that match")).to_be_visible()
    bar.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("Closed: 3 conversations.")).to_be_visible()
    expect(page.locator("#rows [data-row]")).to_have_count(2)
    expect(bar).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("Yuri|Walt")).first).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator("#rows [data-row]")).to_have_count(5)
    assert set(Conversation.objects.values_list("status", flat=True)) == {"active"}


def test_by_keyboard_x_ticks_shift_extends_escape_clears_and_mod_a_takes_all(
    opens: Opens, agent: Membership, five: list[Conversation]
) -> None:
    page = opens(agent, "/inbox")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(page.locator(f"#step-{five[2].pk}")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("Escape")
    assert ticked(page) == 0
    expect(page.locator(f"#step-{five[2].pk}")).to_be_focused()
    page.keyboard.press("Control+A")
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_text("Closed: 5 conversations.")).to_be_visible()
    expect(page.get_by_role("heading", name="All answered")).to_be_visible()


def test_all_that_match_is_another_choice_than_all_that_are_shown(
    opens: Opens, agent: Membership, five: list[Conversation]
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_label("Select Zoe Five").check()
    page.get_by_role("button", name="5 shown").click()
    whole = page.get_by_role("button", name="All 5 that match")
    expect(whole).to_have_attribute("aria-pressed", "false")
    whole.click()
    expect(whole).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Select Yuri Four").uncheck()
    expect(whole).to_have_attribute("aria-pressed", "false")
    whole.click()
    page.locator("#bulk-more").click()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("Mark as read: 5 conversations. It goes on by itself.")).to_be_visible()
    expect(page.get_by_role("link", name="See how far it is")).to_have_attribute("href", re.compile("/runs/"))


def test_a_snooze_and_a_label_for_many_by_keyboard_alone_on_a_phone(
    opens: Opens, agent: Membership, five: list[Conversation]
) -> None:
    page = opens(agent, "/inbox", viewport=NARROW)
    page.get_by_label("Select Zoe Five").focus()
    page.keyboard.press("Space")
    page.keyboard.press("s")
    expect(
        page.locator(".bulk").get_by_role("button", name=re.compile("In three hours|Tomorrow")).first
    ).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Snoozed: 1 conversation.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert Conversation.objects.get(status="snoozed") == five[0]


def test_what_was_painted_comes_back_with_the_reason_when_the_server_refuses(
    opens: Opens, agent: Membership, harbour: Client, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.wait_for_load_state("networkidle")
    row = page.locator(f"#row-{priya.pk}")

    def late(route: Route) -> None:
        expect(row).to_be_hidden()  # painted before the server was asked
        route.continue_()

    page.route("**/close*", late)
    ClientAccess.objects.create(workspace=agent.workspace, membership=agent, client=harbour)
    Membership.objects.filter(pk=agent.pk).update(role=Role.VIEWER, all_clients=False)
    page.locator("#verb-close").click()
    expect(page.get_by_text("You may read here, but not change anything.")).to_be_visible()
    expect(row).to_be_visible()
    assert Conversation.objects.get(pk=priya.pk).status == "active"


def test_closing_offers_undo_and_z_takes_it_back(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.keyboard.press("e")
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    expect(page.get_by_text("Closed.", exact=True)).to_be_visible()
    expect(page.locator(f"#row-{tom.pk}")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(f"#row-{tom.pk}")).to_be_visible()
    assert Conversation.objects.get(pk=tom.pk).status == "active"


def test_m_gives_it_to_oneself_and_an_undo_that_comes_too_late_says_why(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("m")
    expect(page.get_by_text("Assigned to Anna Agent.")).to_be_visible()
    expect(page.locator("#verb-mine")).to_have_count(0)
    actions.assign(actor=acting(owner), conversation=Conversation.objects.get(pk=priya.pk), to=owner)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Somebody changed it since. Nothing was taken back.")).to_be_visible()
    assert Conversation.objects.get(pk=priya.pk).assignee == owner


def test_escape_goes_back_to_the_row_one_came_from_with_the_list_where_it_was(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    rows = [wrote(workspace, harbour, f"Lead{number} Person", "Hello", None) for number in range(45)]
    page = opens(agent, "/inbox")
    page.get_by_role("link", name="Show more").click()
    page.locator(f"#step-{rows[1].pk}").click()
    expect(page.locator("#thread-title")).to_have_text("Lead1 Person")
    top = page.locator("[data-place]").evaluate("place => place.scrollTop")
    assert top > 1000
    page.keyboard.press("Escape")
    expect(page.get_by_text("Choose a conversation")).to_be_visible()
    expect(page).to_have_url(re.compile("/inbox$"))
    expect(page.locator(f"#step-{rows[1].pk}")).to_be_focused()
    assert page.locator("[data-place]").evaluate("place => place.scrollTop") == top
    page.reload()
    expect(page.locator("#rows [data-row]")).to_have_count(45)
    page.wait_for_function(f"Math.abs(document.querySelector('[data-place]').scrollTop - {top}) < 2")


def test_the_filters_that_are_on_come_off_one_by_one(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox?intent=question&assigned_to=none&search=twelve")
    expect(page.locator("#rows [data-row]")).to_have_count(1)
    on = page.get_by_role("list", name="Active filters")
    expect(on.get_by_role("listitem")).to_have_count(3)
    on.get_by_role("link", name="Intent: Question, remove this filter").click()
    expect(page).to_have_url(re.compile(r"/inbox\?assigned_to=none&search=twelve$"))
    expect(on.get_by_role("listitem")).to_have_count(2)


def test_a_verb_pressed_before_the_one_before_is_answered_is_not_lost(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.wait_for_load_state("networkidle")
    held = holding(page, "/assign")
    page.keyboard.press("m")
    expect(page.locator("#verb-assign")).to_contain_text("Anna Agent")
    page.keyboard.press("e")
    until(page, held).continue_()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    priya.refresh_from_db()
    assert (priya.assignee, priya.status) == (agent, "closed")
    assert Conversation.objects.get(pk=tom.pk).status == "active"
