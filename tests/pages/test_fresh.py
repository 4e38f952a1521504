"""Elements that keep themselves up to date: which of them ask anew, when, and how often."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from tests.pages.conftest import Opens

# An element whose answer counts how often it was asked for.
PROBE = """(words) => {
  const probe = document.createElement("div");
  probe.id = "probe";
  probe.dataset.fresh = words;
  probe.setAttribute("hx-get", "/probe");
  probe.setAttribute("hx-trigger", "fresh");
  probe.setAttribute("hx-swap", "outerHTML");
  probe.innerHTML = 'asked 0 <input id="typed" aria-label="Name"><details data-menu><summary>Menu</summary></details>';
  document.getElementById("content").append(probe);
  htmx.process(probe);
}"""
ANSWER = (
    '<div id="probe" data-fresh="{words}" hx-get="/probe" hx-trigger="fresh" hx-swap="outerHTML">asked {asked} '
    '<input id="typed" aria-label="Name"><details data-menu><summary data-step>Menu</summary></details></div>'
)


class Probe:
    def __init__(self, page: Page, words: str) -> None:
        self.page, self.words, self.asked = page, words, 0
        self.held: list[Any] = []
        self.holding = False
        page.route("**/probe", self.answer)
        page.evaluate(PROBE, words)

    def answer(self, route: Any) -> None:
        self.asked += 1
        if self.holding:
            self.held.append(route)
        else:
            route.fulfill(body=ANSWER.format(words=self.words, asked=self.asked), content_type="text/html")

    def let_go(self) -> None:
        self.holding = False
        for route in self.held:
            route.fulfill(body=ANSWER.format(words=self.words, asked="slowly"), content_type="text/html")

    def live(self, **detail: str) -> None:
        self.page.evaluate("(detail) => document.dispatchEvent(new CustomEvent('live', { detail }))", detail)

    def shows(self, words: str) -> None:
        expect(self.page.locator("#probe")).to_contain_text(words)


@pytest.fixture
def page(opens: Opens, agent: Membership) -> Page:
    return opens(agent, "/contacts")


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        ("conversation message", {"type": "message.received", "subject": "message", "id": "7"}),
        ("deal.stage_changed", {"type": "deal.stage_changed", "subject": "deal", "id": "7"}),
        ("deal:7", {"type": "deal.won", "subject": "deal", "id": "7", "deal": "7"}),
        ("deal:7", {"type": "deal.changed", "subject": "deal", "id": "7"}),
        ("conversation:5", {"type": "message.received", "subject": "message", "id": "7", "conversation": "5"}),
        ("nothing", {"type": "reset"}),
    ],
)
def test_what_concerns_an_element_makes_it_ask_anew(page: Page, words: str, detail: dict[str, str]) -> None:
    probe = Probe(page, words)
    probe.live(**detail)
    probe.shows("asked 1")


def test_what_does_not_concern_it_leaves_it_alone(page: Page) -> None:
    probe = Probe(page, "deal:7 message")
    probe.live(type="deal.won", subject="deal", id="8", deal="8")
    probe.live(type="conversation.closed", subject="conversation", id="7")
    page.wait_for_timeout(600)  # longer than it waits for calm
    assert probe.asked == 0


def test_a_burst_counts_once(page: Page) -> None:
    probe = Probe(page, "message")
    page.evaluate(
        "() => { for (let id = 0; id < 20; id += 1)"
        " document.dispatchEvent(new CustomEvent('live', { detail: { subject: 'message', id: String(id) } })); }"
    )
    probe.shows("asked 1")
    page.wait_for_timeout(600)
    assert probe.asked == 1


def test_one_request_at_a_time_and_once_more_for_what_happened_meanwhile(page: Page) -> None:
    probe = Probe(page, "message")
    probe.holding = True
    with page.expect_request("**/probe"):
        probe.live(type="message.received", subject="message", id="1")
    for number in range(3):
        probe.live(type="message.received", subject="message", id=str(number))
        page.wait_for_timeout(400)
    assert probe.asked == 1
    probe.let_go()
    probe.shows("asked 2")


def test_what_is_being_typed_stays_until_one_leaves_the_field(page: Page) -> None:
    probe = Probe(page, "message")
    page.locator("#typed").fill("half a word")
    probe.live(type="message.received", subject="message", id="1")
    page.wait_for_timeout(600)
    expect(page.locator("#typed")).to_have_value("half a word")
    assert probe.asked == 0
    page.locator("#typed").blur()
    probe.shows("asked 1")


def test_an_open_menu_stays_open_until_it_is_closed(page: Page) -> None:
    probe = Probe(page, "message")
    page.locator("#probe summary").click()
    probe.live(type="message.received", subject="message", id="1")
    page.wait_for_timeout(600)
    assert probe.asked == 0
    page.keyboard.press("Escape")
    probe.shows("asked 1")


def test_nothing_moves_under_the_pointer(page: Page) -> None:
    probe = Probe(page, "message")
    page.evaluate("document.querySelector('#probe details').dataset.hold = ''")
    page.locator("#probe summary").hover()
    probe.live(type="message.received", subject="message", id="1")
    page.wait_for_timeout(600)
    assert probe.asked == 0
    page.mouse.move(1, 1)
    probe.shows("asked 1")


def test_the_focus_stays_on_the_row_it_was_on_whatever_else_is_answered_before_it(page: Page) -> None:
    probe = Probe(page, "message")
    page.evaluate("document.querySelector('#probe summary').dataset.step = ''")
    page.locator("#probe summary").focus()
    probe.holding = True
    with page.expect_response("**/today/my-turn*"):
        probe.live(type="message.received", subject="message", id="1")
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(1)  # the probe
    probe.let_go()
    probe.shows("asked slowly")
    expect(page.locator("#probe summary")).to_be_focused()


def test_a_hidden_tab_waits_until_it_is_seen(page: Page) -> None:
    probe = Probe(page, "message")
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true })")
    page.evaluate("window.away = true")
    probe.live(type="message.received", subject="message", id="1")
    page.wait_for_timeout(600)
    assert probe.asked == 0
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    probe.shows("asked 1")


def test_a_connection_that_came_back_makes_everything_fresh(page: Page) -> None:
    probe = Probe(page, "message")
    page.evaluate("document.dispatchEvent(new CustomEvent('live-caught-up'))")
    probe.shows("asked 1")
