"""The section passes axe, light and dark, wide and narrow, as it begins and with what was refused in it."""

import pytest

from accounts.models import Membership
from tests.inbox.intents.llm.conftest import Chosen
from tests.pages.conftest import NARROW, WIDE, Opens, live_site, opens
from tests.pages.test_accessibility import STILL, violations

__all__ = ["live_site", "opens"]
pytestmark = pytest.mark.browser


def test_the_page_passes(opens: Opens, owner: Membership, chosen: Chosen) -> None:
    chosen()
    found = []
    for size in (WIDE, NARROW):
        page = opens(owner, "/settings/intents", viewport=size, **STILL)
        found += violations(page)
        page.locator("#llm-model").fill("two words")
        page.locator("#llm-save").click()
        page.get_by_text("Enter the model’s name").wait_for()
        found += violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert wide
    assert found == []
