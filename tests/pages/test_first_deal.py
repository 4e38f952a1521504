"""A workspace without deals gets its first, on the narrowest screen."""

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from inbox.models import Conversation
from tests.pages.conftest import NARROW, Opens

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_board_is_not_called_empty_any_more_and_the_toast_covers_nothing_but_its_line(
    opens: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens(agent, "/board", viewport=NARROW)
    expect(page.get_by_role("heading", name="No deals yet")).to_be_visible()
    page.get_by_role("link", name="create the first one").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Priya Patel").click()
    dialog.get_by_role("button", name="Create deal").click()
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("is on the board")
    expect(page.locator("[data-board] [data-card]")).to_have_count(1)
    expect(page.get_by_role("heading", name="No deals yet")).to_be_hidden()
    box = toast.bounding_box()
    assert box is not None
    assert box["height"] < 120
