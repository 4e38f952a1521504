"""What only a browser shows: by keyboard alone, the clipboard, progress while it goes on, axe, the narrowest screen."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import Membership
from clients.models import Client
from integrations import batches
from integrations.base import Connected, Tally
from integrations.base import Page as Leaf
from integrations.health import failing, recovered
from integrations.models import Connection, InboundEvent, Push, SyncRun
from tests.integrations.pages.conftest import SECRETS, Every, connected
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser


def press_until(page: Page, key: str, selector: str) -> None:
    """Until the focus has come there."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never came to {selector}")


def test_a_system_is_connected_by_keyboard_alone_and_its_address_copied(
    opens: Opens, every: Every, owner: Membership, harbour: Client
) -> None:
    page = opens(owner, "/today", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+k")
    page.keyboard.type("connect a sys")
    expect(page.get_by_role("option", name="Connect a system")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/connections/new")
    press_until(page, "Tab", "#system-every")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/connections/new/every")
    press_until(page, "Tab", "#name")
    page.keyboard.type("Bandung")
    press_until(page, "Tab", "#client")
    page.keyboard.type("Harb")
    press_until(page, "Tab", "#setting-api_key")
    page.keyboard.type(SECRETS[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Shown once")).to_be_visible()
    page.wait_for_load_state()
    one = Connection.objects.get()
    assert (one.name, one.client_id, one.secrets["api_key"]) == ("Bandung", harbour.pk, SECRETS[0])
    press_until(page, "Tab", "[data-copy=copy-auth_key]")
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_have_text("Copied")  # as the button says, which says it for two seconds
    assert page.evaluate("navigator.clipboard.readText()") == SECRETS[2]
    press_until(page, "Tab", "#check")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It answers, and the key works.")).to_be_visible()
    every.wrong = "The key was refused. Make a new one."
    page.keyboard.press("Enter")
    expect(page.get_by_text("It does not work. The key was refused. Make a new one.")).to_be_visible()


def taken(connected: Connected, run: SyncRun, page: Leaf) -> Tally:
    return Tally(new=len(page.items))


def test_a_batch_shows_how_far_it_is_while_it_goes_on(
    opens: Opens, every: Every, owner: Membership, bandung: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    every.pages = [Leaf("contacts", [1] * 10, {"page": 1}, total=20), Leaf("contacts", [1] * 10, None, total=20)]
    monkeypatch.setattr(every, "take", taken)
    page = opens(owner, f"/settings/connections/{bandung.pk}")
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_role("heading", name="Comparing now")).to_be_visible()
    run = SyncRun.objects.get()
    batches.step(run)
    expect(page.get_by_text("Contacts: 10 of 20 seen")).to_be_visible()
    page.get_by_role("button", name="Stop").focus()
    with page.expect_response(lambda response: response.url.endswith(str(bandung.pk))):
        pass  # it asked for itself again
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    run.refresh_from_db()
    batches.finish(run)
    expect(page.get_by_role("heading", name="Complete")).to_be_visible()


def test_a_failing_connection_comes_to_today_by_itself_and_goes(
    opens_live: Opens, owner: Membership, bandung: Connection
) -> None:
    page = opens_live(owner, "/today")
    expect(page.get_by_text("All done, Olga")).to_be_visible()
    failing(bandung, "The key was refused.")
    expect(page.get_by_text("is not working: The key was refused.")).to_be_visible()
    recovered(bandung)
    expect(page.get_by_text("All done, Olga")).to_be_visible()
    expect(page.get_by_text("is not working")).to_have_count(0)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def test_every_page_passes(opens: Opens, owner: Membership, busy: Connection, size: ViewportSize, scheme: str) -> None:
    bad = connected(owner, name="Wolfeschlegelsteinhausenbergerdorff welche vor altern").connection
    failing(bad, "The key was refused, and this sentence goes on for long enough to need a second line.")
    event, push = InboundEvent.objects.filter(state="dead").first(), Push.objects.first()
    assert event is not None
    assert push is not None
    one = f"/settings/connections/{busy.pk}"
    SyncRun.objects.create(workspace=busy.workspace, connection=bad, due_at=timezone.now())
    paths = ["/settings/connections", "/settings/connections/new", "/settings/connections/new/every", "/today", one]
    paths += [f"{one}{end}" for end in ("/batches", "/events", f"/events/{event.pk}", "/sent", f"/sent/{push.pk}")]
    paths += [f"{one}{end}" for end in ("/setup", "/settings", "/address", "/disconnect")]
    page = opens(owner, "/today", viewport=size, **{**STILL, "color_scheme": scheme})
    home = page.url.removesuffix("/today")
    found: list[str] = []
    for path in [*paths, f"/settings/connections/{bad.pk}"]:
        page.goto(home + path)
        found += [f"{path}: {each}" for each in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} scrolls sideways")
    assert found == []
