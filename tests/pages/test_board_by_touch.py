"""The board under a finger: resting lifts a card, moving at once scrolls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from accounts.models import Membership
from deals import actions
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens

pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 900, "height": 900}, "has_touch": True}


class Finger:
    """Presses, moves and lifts as the browser's own touch screen does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches: list[Any] = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def press(self, x: float, y: float) -> None:
        self.at = (x, y)
        self._send("touchStart", self.at)

    def move(self, x: float, y: float, steps: int = 8) -> None:
        x0, y0 = self.at
        for step in range(1, steps + 1):
            self._send("touchMove", (x0 + (x - x0) * step / steps, y0 + (y - y0) * step / steps))
        self.at = (x, y)

    def lift(self) -> None:
        self._send("touchEnd")


def middle(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box is not None
    return box["x"] + min(60, box["width"] / 2), box["y"] + min(20, box["height"] / 2)


def test_a_finger_that_rests_lifts_the_card_and_drops_it(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board", **TABLET)
    finger = Finger(page)
    finger.press(*middle(page.locator(f"#card-{bread.pk}")))
    expect(page.locator(".card-ghost")).to_have_text("Bread for 1,250")
    finger.move(*middle(page.locator("#cards-contacted")))
    expect(page.locator("#cards-contacted .card-slot")).to_have_count(1)
    finger.lift()
    expect(page.locator("#cards-contacted .card")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("moved to Contacted")
    expect(page.locator("#panel")).to_be_hidden()
    bread.refresh_from_db()
    assert bread.stage.key == "contacted"


def test_a_finger_that_moves_at_once_scrolls_and_lifts_nothing(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    for number in range(20):
        actions.create(actor=acting(owner), conversation_id=priya.pk, title=f"Deal {number}")
    page = opens(agent, "/board", viewport=NARROW, has_touch=True)
    finger = Finger(page)
    x, y = middle(page.locator("#cards-new .card").nth(2))
    # However long the machine takes for it, the finger does not rest: the page's clock stands still.
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    finger.press(x, y)
    finger.move(x, y - 160)
    expect(page.locator(".card-ghost")).to_have_count(0)
    finger.lift()
    page.wait_for_function("document.querySelector('#cards-new').scrollTop > 20")
    assert not Deal.objects.exclude(version=1).exists()


def test_a_tap_opens_the_deal_over_the_whole_screen(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board", viewport=NARROW, has_touch=True)
    page.locator(f"#card-{bread.pk} .card__title").tap()
    expect(page.locator("#panel-title")).to_have_text("Bread for 1,250")
    box = page.locator("#panel").bounding_box()
    assert box is not None
    assert box["width"] == NARROW["width"]


def test_let_go_beside_every_column_the_card_is_where_it_was(opens: Opens, agent: Membership, bread: Deal) -> None:
    page = opens(agent, "/board", **TABLET)
    finger = Finger(page)
    finger.press(*middle(page.locator(f"#card-{bread.pk}")))
    expect(page.locator(".card-ghost")).to_be_visible()
    finger.move(*middle(page.locator("h1")))
    finger.lift()
    expect(page.locator(".card-ghost")).to_have_count(0)
    expect(page.locator("#cards-new .card")).to_be_visible()
    bread.refresh_from_db()
    assert bread.version == 1
