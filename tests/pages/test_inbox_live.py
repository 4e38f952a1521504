"""What happens elsewhere shows in the inbox without moving what one is about to press, or losing what one writes."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership, Workspace
from clients.models import Client
from crm.errors import Stale
from deals.models import Deal
from inbox import actions
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens, wrote
from tests.pages.held import holding, until

pytestmark = pytest.mark.browser


def heard(page: Page, type: str, conversation: Conversation) -> None:
    """The page hears of it, as the stream tells it; twice, since it may."""
    told = {
        "type": type, "subject": "conversation", "id": str(conversation.pk), "contact": str(conversation.contact_id)
    }  # fmt: skip
    tell = "document.dispatchEvent(new CustomEvent('live', { detail }));"
    page.evaluate(f"detail => {{ {tell} {tell} }}", told)


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def assigned(owner: Membership, conversation: Conversation) -> None:
    """By a colleague; once more where the page marked it as read at this very moment."""
    try:
        actions.assign(actor=acting(owner), conversation=fresh(conversation), to=owner)
    except Stale:
        actions.assign(actor=acting(owner), conversation=fresh(conversation), to=owner)


def top_of(page: Page, conversation: Conversation) -> float:
    box = page.locator(f"#row-{conversation.pk}").bounding_box()
    assert box is not None
    return box["y"]


def test_what_is_new_waits_above_the_list_until_it_is_asked_for(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    page = opens(agent, "/inbox")
    before = top_of(page, priya)
    nora = wrote(workspace, harbour, "Nora New", "Hello", None)
    heard(page, "conversation.created", nora)
    button = page.get_by_role("button", name="1 new")
    expect(button).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("1 new above the list")
    assert (top_of(page, priya), page.locator("#rows [data-row]").count()) == (before, 1)
    expect(page.locator(".split", has_text="My turn")).to_contain_text("2")
    button.click()
    expect(page.locator("#rows [data-row]")).to_have_count(2)
    expect(page.locator(f"#step-{nora.pk}")).to_be_focused()
    expect(button).to_have_count(0)


def test_what_is_new_waits_also_where_one_changed_something_at_that_moment(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    page = opens(agent, "/inbox")
    before = top_of(page, priya)
    nora = wrote(workspace, harbour, "Nora New", "Hello", None)
    heard(page, "conversation.changed", priya)
    heard(page, "conversation.created", nora)
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    assert (top_of(page, priya), page.locator("#rows [data-row]").count()) == (before, 1)


def test_the_first_of_what_is_new_has_the_focus_whatever_else_is_answered_before_it(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    page = opens(agent, "/inbox")
    nora = wrote(workspace, harbour, "Nora New", "Hello", None)
    heard(page, "conversation.created", nora)
    page.get_by_role("button", name="1 new").focus()
    counts = holding(page, "/today/my-turn")
    with page.expect_response("**/inbox/fresh*"):
        heard(page, "conversation.updated", nora)
    expect(page.locator(".htmx-settling")).to_have_count(0)
    counting, held = until(page, counts), holding(page, r"/inbox(\?|$)")
    page.keyboard.press("Enter")
    loading = until(page, held)
    with page.expect_response("**/today/my-turn*"):
        counting.continue_()
    expect(page.locator("#my-turn")).to_contain_text("2")
    expect(page.locator(".htmx-settling")).to_have_count(0)
    loading.continue_()
    expect(page.locator(f"#step-{nora.pk}")).to_be_focused()


def test_a_row_changes_where_it_is_and_one_that_left_keeps_its_place(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    page.get_by_label("Select Tom Tanner").check()
    before = top_of(page, priya)
    assigned(owner, tom)
    heard(page, "conversation.assigned", tom)
    expect(page.locator(f"#row-{tom.pk}")).to_contain_text("Olga Owner")
    expect(page.get_by_label("Select Tom Tanner")).to_be_checked()
    actions.close(actor=acting(owner), conversation=fresh(tom))
    heard(page, "conversation.closed", tom)
    row = page.locator(f"#row-{tom.pk}")
    expect(row).to_have_class(re.compile("row--left"))
    expect(row).to_contain_text("Closed")
    assert top_of(page, priya) == before
    expect(page.locator(".split", has_text="My turn")).to_contain_text("1")
    page.reload()
    expect(row).to_have_count(0)


def test_the_head_of_the_thread_follows_while_what_one_writes_stays(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.get_by_label("Reply to Priya Patel").fill("Dear Priya,")
    expect(page.locator(".row__draft")).to_be_visible()  # it was kept, and nothing is on its way
    assigned(owner, priya)
    heard(page, "conversation.assigned", priya)
    expect(page.locator("#verb-assign")).to_contain_text("Olga Owner")
    expect(page.get_by_label("Reply to Priya Patel")).to_have_value("Dear Priya,")
    expect(page.get_by_label("Reply to Priya Patel")).to_be_focused()


def test_a_menu_that_is_open_is_not_taken_from_under_the_pointer(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("s")
    choice = page.get_by_role("button", name="Tomorrow morning")
    expect(choice).to_be_visible()
    assigned(owner, priya)
    heard(page, "conversation.assigned", priya)
    expect(page.locator(f"#row-{priya.pk}")).to_contain_text("Olga Owner")
    expect(choice).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#verb-assign")).to_contain_text("Olga Owner")


def test_after_a_gap_all_that_is_shown_is_asked_for_anew(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/inbox")
    for one in (priya, tom):
        assigned(owner, one)
    page.evaluate("document.dispatchEvent(new CustomEvent('live', { detail: { type: 'reset' } }))")
    for one in (priya, tom):
        expect(page.locator(f"#row-{one.pk}")).to_contain_text("Olga Owner")


def test_a_follow_up_is_planned_beside_the_thread_done_and_taken_back(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.locator("#follow-up-new").click()
    page.get_by_label("What is to be done").fill("Send the price list")
    page.get_by_role("button", name="Plan it").click()
    item = page.locator(".follow-up", has_text="Send the price list")
    expect(item).to_be_visible()
    expect(page.get_by_text("Follow-up planned.")).to_be_visible()
    item.get_by_role("button", name="Done: Send the price list").click()
    expect(page.get_by_text("Follow-up done.")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen: Send the price list")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Done: Send the price list")).to_be_visible()


def test_the_deal_is_moved_by_one_press_beside_the_thread(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    pane = page.get_by_role("complementary", name="About Priya Patel")
    pane.get_by_role("button", name="Contacted").click()
    expect(pane.get_by_role("button", name="Contacted")).to_be_disabled()
    bread.refresh_from_db()
    assert bread.stage.key == "contacted"


def test_who_wrote_a_field_is_told_on_demand_and_a_label_is_put_on(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    pane = page.get_by_role("complementary", name="About Priya Patel")
    expect(pane.locator(".facts__origin").first).to_be_hidden()
    pane.get_by_label("Show who wrote what").check()
    expect(pane.locator(".facts__origin").first).to_contain_text(re.compile(r"by Parley, \d+ \w+ \d{4}"))
    pane.get_by_label("Add a label").fill("VIP")
    page.keyboard.press("Enter")
    expect(pane.get_by_role("button", name="Take VIP off the conversation")).to_be_visible()
    pane.get_by_text("Timeline").click()
    expect(pane.get_by_text("Labelled VIP")).to_be_visible()


def test_what_a_colleague_does_in_another_browser_shows_here_and_the_page_does_not_jump(
    opens_live: Opens, agent: Membership, owner: Membership, workspace: Workspace, harbour: Client,
    priya: Conversation, tom: Conversation,
) -> None:  # fmt: skip
    anna, olga = opens_live(agent, f"/inbox/{priya.pk}"), opens_live(owner, f"/inbox/{tom.pk}")
    expect(anna.locator(f"#row-{tom.pk}")).not_to_have_class(re.compile("row--unread"))  # Olga has read it
    before = top_of(anna, priya)
    olga.keyboard.press("m")
    expect(anna.locator(f"#row-{tom.pk}")).to_contain_text("Olga Owner")
    olga.keyboard.press("e")
    expect(anna.locator(f"#row-{tom.pk}")).to_have_class(re.compile("row--left"))
    expect(olga.locator("#thread-title")).to_have_text("Priya Patel")
    olga.keyboard.press("m")
    expect(anna.locator("#verb-assign")).to_contain_text("Olga Owner")
    expect(olga.locator("#verb-mine")).to_have_count(0)  # answered there too: the newest Undo is that of this one
    olga.keyboard.press("z")
    expect(anna.locator("#verb-assign")).to_contain_text("Assign")
    wrote(workspace, harbour, "Nora New", "Hello", None)
    expect(anna.get_by_role("button", name="1 new")).to_be_visible()
    expect(olga.get_by_role("button", name="1 new")).to_be_visible()
    assert top_of(anna, priya) == before
