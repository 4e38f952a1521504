"""The command palette and the keys, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.actors import system
from accounts.models import Membership, Workspace
from crm.pages.keys import KEYS
from deals.models import Deal
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import a_client
from tests.pages.conftest import NARROW, Opens
from tests.pages.held import stop_clock

pytestmark = pytest.mark.browser

# Those that walk, select on the way, or send the form one types in: what they act on is where the focus is.
BY_FOCUS = {
    "next", "previous", "open", "board.left", "board.right", "board.save", "inbox.select_down", "inbox.select_up",
    "contacts.select_down", "contacts.select_up",
}  # fmt: skip


def typed(page: Page) -> Locator:
    return page.locator("#palette").get_by_role("combobox")


def chosen(page: Page) -> str:
    """The option that Enter would take, as a screen reader hears it."""
    option = page.locator(f"#{typed(page).get_attribute('aria-activedescendant')}")
    return option.inner_text().split("\n")[0]


def test_it_opens_walks_and_gives_the_focus_back(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox")
    page.keyboard.press("j")
    row = page.locator(f"#row-{priya.pk} a").first
    expect(row).to_be_focused()
    page.keyboard.press("Control+k")
    expect(typed(page)).to_be_focused()
    expect(page.get_by_role("option", name="Today")).to_be_visible()
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) != first
    page.keyboard.press("ArrowUp")
    assert chosen(page) == first
    page.keyboard.press("Escape")
    expect(typed(page)).to_be_hidden()
    expect(row).to_be_focused()


def test_a_command_presses_the_pages_own_button(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("Control+k")
    typed(page).fill("close or")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(2)  # and to search everything for it
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Closed")
    priya.refresh_from_db()
    assert priya.status == "closed"


def test_a_command_presses_the_button_that_is_there_by_then(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("Control+k")
    typed(page).fill("close or")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(2)
    drawn = page.evaluate_handle("document.getElementById('thread-head')")
    page.evaluate("(head) => head.dispatchEvent(new CustomEvent('refresh'))", drawn)  # as when a colleague changes it
    page.wait_for_function("(head) => !head.isConnected && document.getElementById('verb-close')", arg=drawn)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Closed")


def test_what_the_page_does_not_show_is_not_offered(
    opens: Opens, agent: Membership, viewer: Membership, priya: Conversation
) -> None:
    for who, there in ((agent, 1), (viewer, 0)):
        page = opens(who, f"/inbox/{priya.pk}")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("option", name="Board")).to_be_visible()
        expect(page.get_by_role("option", name="Mark as unread")).to_have_count(there)


def test_people_messages_and_deals_are_found_while_one_types(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, "/board")
    page.get_by_role("link", name="Search", exact=True).click()
    page.keyboard.type("pri")
    expect(page.get_by_role("group", name="People").get_by_role("option")).to_have_text(re.compile("Priya Patel"))
    expect(page.get_by_role("group", name="Deals").get_by_role("option")).to_contain_text("Bread for 1,250")
    typed(page).fill("see a demo")
    expect(page.get_by_role("group", name="Conversations").get_by_role("option")).to_contain_text("Priya Patel")
    expect(page.get_by_role("group", name="People")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/inbox/{priya.pk}"))


def test_an_answer_that_comes_late_never_replaces_a_newer_one(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/board")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/palette/found?q=pri*", hold)
    page.keyboard.press("Control+k")
    with page.expect_request("**/palette/found?q=pri*"):
        page.keyboard.type("pri")
    typed(page).fill("tanner")
    people = page.get_by_role("group", name="People").get_by_role("option")
    expect(people).to_contain_text("Tom Tanner")
    for route in held:
        route.fulfill(status=200, body="<div role='group' aria-label='People'>Late</div>")
    page.keyboard.press("ArrowDown")
    expect(people).to_contain_text("Tom Tanner")
    expect(page.get_by_text("Late")).to_have_count(0)


def test_it_switches_the_client_of_this_very_page(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox?split=all")
    page.keyboard.press("Control+k")
    page.keyboard.type("harbour")
    page.get_by_role("group", name="Switch client").get_by_role("option").click()
    expect(page).to_have_url(re.compile(rf"/inbox\?split=all&client={priya.client_id}"))
    expect(page.get_by_label("Client: Harbour Bakery")).to_be_visible()


def test_it_fits_the_narrowest_screen(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox", viewport=NARROW)
    page.get_by_role("link", name="Search", exact=True).click()
    page.keyboard.type("priya")
    expect(page.get_by_role("group", name="People").get_by_role("option")).to_be_visible()
    box = page.locator("#palette").bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 360) == (True, True)


def press(page: Page, code: str, key: str) -> None:
    """A key of another layout: what is printed on it is not what stands there in ours."""
    session = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        session.send("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": key, "text": key})


def test_keys_go_by_their_place_in_every_layout(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox")
    stop_clock(page)  # the second key is waited for a second only
    press(page, "KeyJ", "о")
    expect(page.locator(f"#row-{priya.pk} a").first).to_be_focused()
    press(page, "KeyG", "п")
    expect(page.locator("[data-keys-hint]")).to_be_visible()
    press(page, "KeyB", "и")
    expect(page).to_have_url(re.compile(r"/board$"))


def test_the_hint_of_what_may_follow_goes_away_by_itself(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/contacts")
    page.keyboard.press("g")
    expect(page.locator("[data-keys-hint]")).to_contain_text("Inbox")
    expect(page.locator("[data-keys-hint]")).to_be_hidden()
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile(r"/contacts$"))


def test_switched_off_only_those_with_mod_escape_and_arrows_are_left(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/settings")
    page.get_by_label("Single keys").uncheck()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    page.goto(page.url.replace("/settings", "/inbox"))
    for key in ("j", "g", "b", "?"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"/inbox$"))
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator(f"#row-{tom.pk} a").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#row-{priya.pk} a").first).to_be_focused()
    page.keyboard.press("Control+k")
    expect(typed(page)).to_be_focused()


def test_the_overlay_opens_by_its_key_and_closes_to_where_one_was(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/board")
    page.keyboard.press("Shift+Slash")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_role("heading", level=3).first).to_have_text("Board")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_every_key_finds_its_button_on_its_page(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation, tom: Conversation, bread: Deal
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    home = page.url.split("/inbox")[0]
    found: set[str] = set()

    def look() -> None:
        shown = "[...document.querySelectorAll('[data-key-name]')].filter((e) => e.checkVisibility())"
        found.update(page.evaluate(f"{shown}.map((e) => e.dataset.keyName)"))

    look()
    for menu in ("i", "a"):
        page.keyboard.press(menu)
        look()
        page.keyboard.press("Escape")
    page.keyboard.press("u")  # leaves a toast with Undo
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    look()
    referred = write_in(
        system(tom.workspace, "test"), "Please write to my colleague Dana Wu in purchasing: dana.wu@example.org",
        sender="tom@example.com", client_id=tom.client_id,
    ).conversation  # fmt: skip
    threads = [f"/inbox/{referred.pk}", "/inbox"]
    for path in (*threads, "/board", f"/board/deals/{bread.pk}", "/contacts", f"/contacts/{priya.contact_id}"):
        page.goto(home + path)
        page.keyboard.press("j")
        look()
    page = opens(owner, "/clients")
    look()
    missing = sorted(set(KEYS) - found - BY_FOCUS)
    assert missing == []


def test_many_clients_are_searched_in_the_switcher_by_the_keyboard(
    opens: Opens, agent: Membership, workspace: Workspace
) -> None:
    for number in range(12):
        a_client(workspace, f"Client {number:02} with a name that is longer than any menu should have to show at once")
    page = opens(agent, "/contacts", viewport=NARROW)
    page.locator("#switcher").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Find a client")).to_be_focused()
    page.keyboard.type("11")
    expect(page.locator("#switcher-found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label(re.compile("Client: Client 11"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.get_by_role("link", name="Board").click()
    expect(page.get_by_label(re.compile("Client: Client 11"))).to_be_visible()
