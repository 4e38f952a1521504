"""axe finds nothing on any page, light and dark, wide and narrow, closed and with what can be opened open."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from accounts.models import Membership
from deals.models import Deal
from inbox.models import Conversation
from tests.pages.conftest import NARROW, WIDE, Opens

pytestmark = pytest.mark.browser

# axe measures with inline styles of its own, and would measure a colour in the middle of a transition.
STILL = {"bypass_csp": True, "reduced_motion": "reduce"}

AXE = Axe()
RUN = "options => axe.run(document, options).then(found => found.violations)"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds, in the light and, as to contrast, in the dark: on a wide screen, since colours know no width."""
    page.emulate_media(color_scheme="light")
    found = scan(page, {"type": "tag", "values": TAGS})
    if page.viewport_size and page.viewport_size["width"] < WIDE["width"]:
        return found
    page.emulate_media(color_scheme="dark")
    return found + scan(page, {"type": "rule", "values": ["color-contrast"]})


def scan(page: Page, only: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):  # half a megabyte, read by the page once for both colour schemes
        page.evaluate(AXE.axe_script)
    # preload: axe would ask the server for each style sheet once more, only to look whether one locks the orientation.
    found = page.evaluate(RUN, {"runOnly": only, "resultTypes": ["violations"], "preload": False})
    return [f"{page.url} {one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_passes(
    opens: Opens, agent: Membership, viewer: Membership, priya: Conversation, bread: Deal, size: ViewportSize
) -> None:
    paths = [
        "/inbox",
        "/inbox?split=snoozed",
        f"/inbox/{priya.pk}?pane=person",
        "/board",
        f"/board/deals/{bread.pk}/move",
        "/board/deals/new",
        "/contacts",
        "/contacts?search=nobody",
        "/contacts/new",
        "/contacts/duplicates",
        "/contacts/imports/new",
        f"/contacts/{priya.contact_id}/merge",
        f"/contacts/{priya.contact_id}/merges",
    ]
    of_both = [f"/inbox/{priya.pk}", f"/board/deals/{bread.pk}", f"/contacts/{priya.contact_id}"]
    found = violations(opens(None, "/accounts/login/", viewport=size, **STILL))
    for who, visited in ((agent, paths + of_both), (viewer, of_both)):
        page = opens(who, "/inbox", viewport=size, **STILL)
        home = page.url.removesuffix("/inbox")
        for path in visited:
            page.goto(home + path)
            found += violations(page)
    assert found == []


def test_what_opens_passes_too(opens: Opens, agent: Membership, priya: Conversation, bread: Deal) -> None:
    page = opens(agent, f"/inbox/{priya.pk}", **STILL)
    found: list[str] = []
    for key in "isa":
        page.keyboard.press(key)
        found += violations(page)
        page.keyboard.press("Escape")
    page.goto(page.url.split("/inbox")[0] + "/board")
    page.get_by_role("link", name="New deal").click()
    page.get_by_role("dialog").wait_for()
    found += violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Move “Bread").click()
    page.get_by_role("dialog").wait_for()
    found += violations(page)
    assert found == []


def test_nothing_scrolls_sideways_on_the_narrowest_screen(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, "/inbox", viewport=NARROW)
    home = page.url.removesuffix("/inbox")
    for path in ("/inbox", f"/inbox/{priya.pk}", "/board", f"/board/deals/{bread.pk}", "/contacts",
                 f"/contacts/{priya.contact_id}"):  # fmt: skip
        page.goto(home + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0, path
