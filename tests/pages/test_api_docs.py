"""The API's description for people. The fixture fails the test for whatever the content security policy refuses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_description_is_drawn_and_opens(opens: Callable[..., Page]) -> None:
    page = opens(None, "/api/docs")
    clients = page.locator("#operations-clients-list_clients")
    clients.get_by_role("button").first.click()
    clients.get_by_text("An agency's customers. On the plans Max and Enterprise.").wait_for()
    clients.get_by_text("How many at once.").wait_for()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_text("(http, Bearer)").wait_for()
