"""Writing in a conversation, in a real browser."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.actors import system
from accounts.models import Membership, Workspace
from clients.models import Client
from inbox import sending
from inbox.composing import canned, notes
from inbox.composing.drafts import keep
from inbox.composing.models import KeptDraft, Mention, Note
from inbox.messages import Draft
from inbox.models import Conversation, Message
from inbox.receiving import Arrival, receive
from tests.arrivals import addressed, write_in
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens
from tests.pages.held import holding, until
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser

PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")


@pytest.fixture
def again(priya: Conversation) -> Callable[[str], Message]:
    """`again("One more thing")`: Priya writes on in the same thread."""
    Conversation.objects.filter(pk=priya.pk).update(external_id="t-1")

    def writes(body: str) -> Message:
        us = system(priya.workspace, "test")
        return write_in(us, body, name="Priya Patel", client_id=priya.client_id, thread_id="t-1")

    return writes


def reply(page: Page) -> Locator:
    return page.get_by_label("Reply to Priya Patel")


def outbound(conversation: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=conversation, direction="outbound").order_by("position")
    return list(rows.values_list("body", flat=True))


def test_half_written_words_survive_another_conversation_and_a_reload(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("r")
    page.keyboard.type("Dear Priya, half a")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    expect(page.locator(f"#row-{priya.pk}").get_by_text("Draft")).to_be_visible()
    page.keyboard.type(" word")  # not saved yet when the next one opens
    page.get_by_role("link", name="Tom Tanner").click()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    expect(page.get_by_label("Reply to Tom Tanner")).to_have_value("")
    page.get_by_role("link", name="Priya Patel").click()
    expect(reply(page)).to_have_value("Dear Priya, half a word")
    page.reload()
    expect(reply(page)).to_have_value("Dear Priya, half a word")
    expect(page.get_by_text("Draft saved")).to_be_visible()

    other = opens(agent, f"/inbox/{priya.pk}")
    expect(reply(other)).to_have_value("Dear Priya, half a word")

    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Dear Priya, half a word")
    expect(page.locator(f"#row-{priya.pk}").get_by_text("Draft")).to_be_hidden()
    assert not KeptDraft.objects.exists()


def test_a_verb_that_draws_the_conversation_anew_leaves_what_is_written(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    reply(page).fill("Half a word")
    page.locator("#verb-mine").click()
    expect(page.locator("#verb-assign")).to_contain_text("Anna Agent")
    expect(page.locator("#verb-mine")).to_have_count(0)
    expect(reply(page)).to_have_value("Half a word")


def test_what_came_in_since_holds_the_reply_until_a_second_press(
    opens: Opens, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    reply(page).fill("Tuesday at ten?")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.route(
        "**/since*", lambda route: route.fulfill(status=404)
    )  # whatever comes live: the server itself must hold it
    again("Wait, Tuesday I am away.")
    page.get_by_role("button", name="Record", exact=True).click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Priya Patel wrote just now: Wait, Tuesday I am away.")
    expect(reply(page)).to_have_value("Tuesday at ten?")
    expect(reply(page)).to_be_focused()
    assert outbound(priya) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Tuesday at ten?")
    expect(notice).to_have_count(0)
    expect(page.get_by_role("button", name="Record anyway")).to_have_count(0)
    assert outbound(priya) == ["Tuesday at ten?"]


def test_a_draft_that_was_overtaken_says_so_when_it_is_opened_again(
    opens: Opens, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    reply(page).fill("Tuesday at ten?")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.goto(page.url.split("/inbox")[0] + "/contacts")
    again("Wait, Tuesday I am away.")
    page.goto(page.url.split("/contacts")[0] + f"/inbox/{priya.pk}")
    expect(page.get_by_role("alert")).to_contain_text("Priya Patel wrote just now")
    expect(page.get_by_role("button", name="Record anyway")).to_be_visible()


def test_a_message_is_there_at_once_and_comes_back_where_it_is_refused(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    broken = [True]
    page.route("**/reply*", lambda route: route.fulfill(status=404) if broken.pop() else route.continue_())
    reply(page).fill("Gladly.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("This is not here any more.")).to_be_visible()
    expect(reply(page)).to_have_value("Gladly.")
    expect(page.locator(".message--outbound")).to_have_count(0)
    broken.append(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")
    expect(page.get_by_text("Sending…")).to_have_count(0)
    assert outbound(priya) == ["Gladly."]


def test_an_answer_that_comes_after_one_went_on_leaves_the_next_one_alone(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation, again: Callable[[str], Message]
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.route("**/since*", lambda route: route.fulfill(status=404))
    held = holding(page, "/reply")
    reply(page).fill("Gladly.")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    again("Wait!")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--pending")).to_be_visible()
    sending_it = until(page, held)
    page.get_by_role("link", name="Tom Tanner").click()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    page.get_by_label("Reply to Tom Tanner").fill("Twelve")
    sending_it.continue_()
    expect(page.get_by_text("It is kept as a draft.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Reply to Tom Tanner")).to_have_value("Twelve")
    page.get_by_role("link", name="Priya Patel").click()
    expect(reply(page)).to_have_value("Gladly.")
    assert outbound(priya) == []


def test_while_it_is_sent_it_says_so(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    held = holding(page, "/reply")
    reply(page).fill("Gladly.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--pending")).to_contain_text("Gladly.")
    expect(page.locator(".message--pending")).to_contain_text("Sending…")
    expect(reply(page)).to_have_value("")
    until(page, held).continue_()
    expect(page.locator(".message--pending")).to_have_count(0)
    expect(page.locator(".message--outbound")).to_have_count(1)


def test_a_double_click_sends_once(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    reply(page).fill("Gladly.")
    page.get_by_role("button", name="Record", exact=True).dblclick()
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")
    page.wait_for_load_state("networkidle")
    assert outbound(priya) == ["Gladly."]


def test_send_and_close_by_key_opens_the_next(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/inbox/{tom.pk}")
    page.keyboard.press("r")
    page.keyboard.type("Twelve people: 90 a month.")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
    expect(page.locator(f"#row-{tom.pk}")).to_have_count(0)
    tom.refresh_from_db()
    assert (tom.status, outbound(tom)) == ("closed", ["Twelve people: 90 a month."])


def test_a_note_names_a_colleague_by_keyboard_alone(
    opens: Opens, agent: Membership, owner: Membership, viewer: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("n")
    expect(page.get_by_text("Only your team sees this")).to_be_visible()
    page.keyboard.type("Ask @")
    offered = page.get_by_role("listbox", name="Members")
    expect(offered.get_by_role("option")).to_have_text([re.compile("Olga Owner")])
    page.keyboard.type("olg")
    expect(page.get_by_label("Private note about")).to_have_attribute("aria-activedescendant", "pick-0")
    page.keyboard.press("Enter")
    expect(offered).to_have_count(0)
    page.keyboard.type("about the price")
    page.keyboard.press("Control+Enter")
    note = page.get_by_role("article", name="Note by Anna Agent")
    expect(note).to_contain_text("Ask @Olga Owner about the price")
    expect(note).to_contain_text("Only your team sees this")
    assert Mention.objects.get().member == owner
    assert outbound(priya) == []

    page.wait_for_load_state("networkidle")
    colleague = opens(owner, f"/inbox/{priya.pk}")
    expect(colleague.get_by_role("article", name="Note by Anna Agent")).to_be_visible()
    expect(colleague.locator("#presence")).to_contain_text("Anna Agent is here")
    colleague.wait_for_load_state("networkidle")  # its script has said who looks
    assert Mention.objects.get().seen_at is not None
    client = opens(viewer, f"/inbox/{priya.pk}")
    expect(client.get_by_text("Yes, we would like to see a demo.").last).to_be_visible()
    expect(client.get_by_text("about the price")).to_have_count(0)


def test_a_canned_reply_is_found_by_slash_filled_and_its_gap_chosen(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    anna = acting(agent)
    canned.create(actor=anna, name="Price", shortcut="price", body="It depends.")
    canned.create(
        actor=anna, name="Demo", shortcut="demo", body="Hi {{contact.first_name}}, for {{contact.company}}: Tuesday?"
    )
    page = opens(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("r")
    page.keyboard.type("/")
    offered = page.get_by_role("listbox", name="Canned replies").get_by_role("option")
    expect(offered).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(offered.filter(has_text="Price")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("demo")
    expect(offered).to_have_count(1)
    page.keyboard.press("Enter")
    expect(reply(page)).to_have_value("Hi Priya, for [company?]: Tuesday?")
    page.keyboard.type("Bread & Co")
    expect(reply(page)).to_have_value("Hi Priya, for Bread & Co: Tuesday?")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Canned replies").click()
    offered.filter(has_text="Price").click()
    expect(reply(page)).to_have_value("Hi Priya, for Bread & Co: Tuesday?\nIt depends.")


def test_what_failed_stays_with_the_providers_words_and_is_retried(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    message = sending.reply(actor=acting(agent), conversation=priya, body="Gladly.")
    sending.report(
        actor=system(priya.workspace, "test"), message=message, state="failed", words="550 5.1.1 No such user"
    )  # fmt: skip
    page = opens(agent, f"/inbox/{priya.pk}")
    state = page.locator(f"#state-{message.pk}")
    expect(state).to_contain_text("Not sent: 550 5.1.1 No such user")
    state.get_by_role("button", name="Retry").click()
    expect(state).to_contain_text("Waiting to be sent")
    expect(state.get_by_role("button", name="Retry")).to_have_count(0)
    assert list(message.deliveries.order_by("created_at").values_list("state", flat=True)) == ["failed", "queued"]


def test_new_since_you_were_here_is_marked_after_one_was_away(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation, again: Callable[[str], Message]
) -> None:
    page = opens(agent, f"/inbox/{priya.pk}")
    expect(page.get_by_text("New since you were here")).to_have_count(0)
    with page.expect_response("**/left"):
        page.get_by_role("link", name="Tom Tanner").click()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")
    fresh = again("And another thing.")
    page.get_by_role("link", name="Priya Patel").click()
    expect(page.locator("#new-since + h3, #new-since + article").first).to_be_visible()
    expect(page.locator(f"#new-since + #message-{fresh.pk}")).to_be_visible()


def test_remote_pictures_are_loaded_only_when_asked_for_and_tell_nobody_where_from(
    opens: Opens, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    draft = Draft(direction="inbound", body="Hello", html='<p>Hello</p><img src="https://spy.example/p.gif" alt="Us">')
    addresses = addressed("email", "letter@example.com")
    arrival = Arrival(channel="email", addresses=addresses, draft=draft, client_id=harbour.pk)
    message, _ = receive(actor=system(workspace, "test"), arrival=arrival)
    page = opens(agent, f"/inbox/{message.conversation_id}")
    asked: list[dict[str, str]] = []

    def look(route: Route) -> None:
        asked.append(route.request.headers)
        route.fulfill(content_type="image/gif", body=PIXEL)

    page.context.route("https://spy.example/**", look)
    page.get_by_text("As it was laid out").click()
    expect(page.frame_locator("iframe").get_by_text("Hello")).to_be_visible()
    assert asked == []
    with page.expect_request("https://spy.example/p.gif"):
        page.get_by_role("link", name="Show images").click()
    expect(page.frame_locator("iframe").get_by_text("Hello")).to_be_visible()
    assert ("referer" in asked[0], "cookie" in asked[0]) == (False, False)


def test_a_new_conversation_begins_with_a_key(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, "/inbox")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New conversation")
    dialog.get_by_label("First words").fill("Hello Nora!")
    dialog.get_by_role("button", name="Begin").click()
    expect(dialog.get_by_text("Choose a person, or type an address.")).to_be_visible()
    dialog.get_by_label("Or somebody new").fill("nora@example.com")
    dialog.get_by_label("Subject").fill("Bread")
    dialog.get_by_role("button", name="Begin").click()
    expect(page.locator("#thread-title")).to_have_text("nora@example.com")
    expect(page.locator(".message--outbound")).to_contain_text("Hello Nora!")


def test_on_a_narrow_screen_the_composer_fits(opens: Opens, agent: Membership, priya: Conversation) -> None:
    notes.write(actor=acting(agent), conversation=priya, body="A " + "longwordwithoutanyspaces" * 12)
    page = opens(agent, f"/inbox/{priya.pk}", viewport=NARROW)
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert Note.objects.count() == 1


def test_axe_finds_nothing_in_what_opens_around_the_composer(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    anna = acting(agent)
    canned.create(actor=anna, name="Price", shortcut="price", body="It depends, {{contact.first_name}}.")
    notes.write(actor=anna, conversation=priya, body="@Olga Owner look at https://example.com/")
    keep(actor=anna, conversation=priya, kind="reply", body="Half", seen=1, token=uuid4())
    again("Wait!")
    page = opens(agent, f"/inbox/{priya.pk}", **STILL)
    expect(page.get_by_role("alert")).to_be_visible()
    found = violations(page)
    page.get_by_role("button", name="Canned replies").click()
    expect(page.get_by_role("listbox", name="Canned replies")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("@")
    expect(page.get_by_role("listbox", name="Members")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.get_by_role("dialog", name="New conversation").wait_for()
    found += violations(page)
    page.goto(page.url.split("/inbox")[0] + "/settings/replies")
    found += violations(page)
    assert found == []
