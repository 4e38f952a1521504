"""Until when one may write freely, as the composer says it, in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Workspace
from inbox.models import Conversation, Message
from integrations.base import Connected
from integrations.connecting import connect
from tests.arrivals import write_in
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser


def wrote(owner: Membership, hours_ago: float) -> Conversation:
    opened = connect(actor=acting(owner), system="kirim", name="Kirim", settings={"api_key": "kdv_live_x"})
    message = write_in(
        Connected(opened.connection).actor, "Halo, masih ada?", sender="+6281234567890", channel="whatsapp",
        name="Priya Sharma", at=datetime.now(UTC) - timedelta(hours=hours_ago), connection_id=opened.connection.pk,
    )  # fmt: skip
    found: Conversation = Conversation.objects.get(pk=message.conversation_id)
    return found


def test_after_the_24_hours_it_says_so_and_a_press_is_refused_with_the_text_kept(
    opens: Opens, workspace: Workspace, owner: Membership, agent: Membership
) -> None:
    conversation = wrote(owner, 30)
    page = opens(agent, f"/inbox/{conversation.pk}", viewport=NARROW, **STILL)
    expect(page.locator("#reply-limit")).to_contain_text("The 24-hour window closed")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert violations(page) == []
    field = page.get_by_label("Reply to Priya Sharma")
    field.fill("Masih, Kak.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("WhatsApp takes no free text before Priya Sharma writes again")).to_be_visible()
    expect(field).to_have_value("Masih, Kak.")
    assert Message.objects.count() == 1


def test_within_them_it_says_until_when(
    opens: Opens, workspace: Workspace, owner: Membership, agent: Membership
) -> None:
    page = opens(agent, f"/inbox/{wrote(owner, 1).pk}", **STILL)
    expect(page.locator("#reply-limit")).to_contain_text("You can write freely until")
    assert violations(page) == []
