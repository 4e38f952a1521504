"""What others do shows in open pages: one stream for all tabs, caught up after every gap, a word where it is gone."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from accounts.actors import system
from accounts.models import Membership, Workspace
from activity.live import announce
from clients.actions import create_client
from clients.models import Client
from tests.activity.live.streams import Stream
from tests.crowd import InBackground
from tests.live_site import LiveSite
from tests.pages.conftest import Opens, opening
from tests.pages.held import stop_clock

pytestmark = pytest.mark.django_db(transaction=True)

LOST = "Not connected. What others do shows up once it is back."
BACK = "Connected again, and up to date."
# The longest that a page waits before it opens a stream anew, in milliseconds: live-stream.js spreads its 400 by half.
PAUSE_MS = 600
# Keeps what the page was told and what it said, and counts the streams that it opened itself and those that ended.
EARS = """
window.told = []; window.said = []; window.streams = 0; window.ended = 0;
document.addEventListener("live", ({ detail }) => told.push(detail.id ?? detail.type));
document.addEventListener("live-caught-up", () => told.push("caught up"));
window.EventSource = class extends EventSource {
  constructor(...words) { super(...words); streams += 1; this.addEventListener("error", () => { ended += 1; }); }
};
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".connection");
  new MutationObserver(() => said.push(place.textContent)).observe(place, { childList: true });
});
"""
_numbers = count(1)

Happens = Callable[[], str]


@pytest.fixture
def happens(workspace: Workspace) -> Happens:
    """`happens()`: somebody makes a client; its id, by which a page hears of it."""

    def make() -> str:
        return str(create_client(actor=system(workspace, "test"), name=f"Client {next(_numbers)}").pk)

    return make


def listening(page: Page) -> Page:
    """The same page anew, with ears, once it is in touch: by its own stream or by another tab's."""
    page.context.add_init_script(EARS)
    page.reload()
    return page


def another_tab(page: Page, path: str = "/board") -> Page:
    tab = page.context.new_page()
    tab.goto("/".join(page.url.split("/")[:3]) + path)
    return tab


def hears(page: Page, *what: str) -> None:
    page.wait_for_function("(what) => what.every((one) => told.includes(one))", arg=list(what))


def told(page: Page) -> list[str]:
    heard: list[str] = page.evaluate("told")
    return heard


def streams(page: Page) -> int:
    return int(page.evaluate("streams"))


def connection(page: Page) -> Any:
    return expect(page.locator(".connection"))


def says(page: Page, *words: str) -> None:
    """Nothing but this, and this in its order, however soon each was gone again."""
    page.wait_for_function("(number) => said.length >= number", arg=len(words))
    assert page.evaluate("said") == list(words)


def test_all_tabs_of_a_person_hear_of_it_by_one_stream(
    opens_live: Opens, agent: Membership, owner: Membership, happens: Happens
) -> None:
    first = listening(opens_live(agent, "/inbox"))
    second, third = another_tab(first), another_tab(first, "/contacts")
    colleague = listening(opens_live(owner, "/board"))
    made = [happens() for _ in range(3)]
    for page in (first, second, third, colleague):
        hears(page, *made)
        assert told(page) == made
    assert [streams(page) for page in (first, second, third, colleague)] == [1, 0, 0, 1]


def test_an_announcement_reaches_all_tabs(
    opens_live: Opens, agent: Membership, harbour: Client, happens: Happens
) -> None:
    first = listening(opens_live(agent, "/inbox"))
    second = another_tab(first)
    hears(second, happens())
    announce(agent.workspace_id, harbour.pk, type="tag.moved", subject="conversation", id=harbour.pk)
    for page in (first, second):
        hears(page, str(harbour.pk))


def test_when_the_tab_that_leads_closes_another_goes_on_and_misses_nothing(
    opens_live: Opens, agent: Membership, happens: Happens
) -> None:
    first = listening(opens_live(agent, "/inbox"))
    second, third = another_tab(first), another_tab(first)
    made = [happens()]
    hears(third, *made)
    first.close()
    made += [happens() for _ in range(3)]
    for page in (second, third):
        hears(page, *made)
    made.append(happens())
    for page in (second, third):
        hears(page, *made)
        assert told(page) == made
        assert page.evaluate("said") == []
    assert sorted([streams(second), streams(third)]) == [0, 1]


def test_a_tab_hears_what_happened_between_its_page_and_its_first_word_with_the_others(
    opens_live: Opens, agent: Membership, happens: Happens
) -> None:
    first = listening(opens_live(agent, "/inbox"))
    second = first.context.new_page()
    made: list[str] = []

    def slowly(route: Route) -> None:
        made.append(InBackground(happens).result())
        hears(first, made[0])
        route.continue_()

    second.route("**/live.js", slowly)
    second.goto(first.url)
    hears(second, *made)
    assert told(second) == made
    assert streams(second) == 0


def test_a_page_is_told_what_happened_since_the_server_drew_it(
    live_site: LiveSite, agent: Membership, happens: Happens
) -> None:
    happens()
    with Stream(live_site, agent, "/inbox") as page:
        drawn = re.search(r'data-live-after="([^"]+)"', page.answer.read().decode())
    assert drawn
    made = happens()
    with Stream(live_site, agent, f"/live?after={drawn[1]}") as stream:
        assert [one.data["id"] for one in stream.take(1)] == [made]


def test_the_page_says_when_it_lost_the_connection_and_catches_up_when_it_is_back(
    chromium: Chromium, live_site: LiveSite, agent: Membership, happens: Happens
) -> None:
    with opening(chromium, live_site.url, "net::ERR_") as open_page:
        first = listening(open_page(agent, "/inbox"))
        second = another_tab(first)
        before = happens()
        hears(second, before)

        live_site.stop(for_good=False)

        for page in (first, second):
            says(page, LOST)
        meanwhile = [happens(), happens()]
        live_site.start()
        for page in (first, second):
            says(page, LOST, BACK)
            hears(page, before, *meanwhile, "caught up")
            assert told(page) == [before, *meanwhile, "caught up"]
        after = happens()
        hears(second, after)
        for page in (first, second):
            says(page, LOST, BACK, "")  # by itself, after some seconds


def test_a_stream_that_ends_by_itself_goes_on_without_a_word(
    opens_live: Opens, agent: Membership, happens: Happens, settings: Any
) -> None:
    settings.LIVE_SECONDS = 1
    page = opens_live(agent, "/inbox")
    stop_clock(page)
    listening(page)
    made: list[str] = []
    for number in range(1, 4):
        page.wait_for_function("(number) => ended === number", arg=number)
        page.clock.run_for(PAUSE_MS)  # and no more, however long the server takes to answer
        page.wait_for_function("(number) => streams === number + 1", arg=number)
        made.append(happens())
        hears(page, *made)
    assert told(page) == made
    assert page.evaluate("said") == []


def test_a_connection_that_died_while_the_computer_slept_is_made_anew(
    opens_live: Opens, agent: Membership, happens: Happens
) -> None:
    page = opens_live(agent, "/inbox")
    stop_clock(page)
    listening(page)
    hears(page, happens())
    page.clock.fast_forward(60_000)
    page.clock.run_for(PAUSE_MS)
    page.wait_for_function("() => streams === 2")
    hears(page, happens())
    assert page.evaluate("said") == []


def test_who_was_signed_out_is_told_so_and_asks_no_more(
    opens_live: Opens, agent: Membership, happens: Happens, settings: Any
) -> None:
    settings.LIVE_SECONDS = 1
    page = listening(opens_live(agent, "/contacts"))
    page.wait_for_function("() => streams >= 2")
    Session.objects.all().delete()
    words = "You are signed out, or more is asked of you to stay signed in. Reload the page to go on."
    connection(page).to_have_text(words)
    asked = streams(page)
    page.wait_for_timeout(1500)  # nothing can be waited for where nothing is to happen
    assert streams(page) == asked


def test_a_browser_without_locks_follows_by_itself(opens_live: Opens, agent: Membership, happens: Happens) -> None:
    first = opens_live(agent, "/inbox")
    first.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    listening(first)
    second = another_tab(first)
    made = happens()
    for page in (first, second):
        hears(page, made)
        assert streams(page) == 1


def test_a_burst_is_told_whole_and_in_order(opens_live: Opens, agent: Membership, happens: Happens) -> None:
    page = listening(opens_live(agent, "/inbox"))
    made = [happens() for _ in range(40)]
    hears(page, *made)
    assert told(page) == made


def test_a_server_that_keeps_no_streams_is_asked_for_none(opens: Opens, agent: Membership) -> None:
    page = listening(opens(agent, "/inbox"))
    expect(page.locator(".connection")).to_be_attached()
    assert page.locator("[data-live]").count() == 0
    assert streams(page) == 0
