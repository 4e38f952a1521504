"""What runs an agency, used as people use it: by mouse, and by keys alone with the focus seen wherever it is."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from activity import runs
from activity.models import Run
from clients.models import Client
from contacts.models import Suppression
from inbox.intents.features import FORMAT
from inbox.intents.learning.models import LearnedModel
from inbox.models import Conversation
from reports import saved
from reports.models import Schedule, WorkingHours
from tests.cast import acting
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser
SEEN = "e => e.matches(':focus-visible') && getComputedStyle(e).outlineStyle !== 'none'"


def into(page: Page) -> None:
    """Past the rail, by the link that is there for it, once the page's scripts listen."""
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Go on with Tab until `target` has the focus, and shows it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            assert target.evaluate(SEEN), "the focus is not seen"
            return
    raise AssertionError(f"Tab does not lead to {target}")


def stops_for_a_fault(page: Page) -> None:
    Run.objects.update(state=Run.State.DEAD, last_error="disk full")
    expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(page.locator("#announcer")).to_have_text("It ended in an error")


def is_gone(page: Page) -> None:
    expect(page.get_by_role("progressbar")).to_be_visible()  # it was started again
    runs.finish(Run.objects.get())
    expect(page.get_by_role("heading", name="Done: Harbour Bakery is gone")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Done: Harbour Bakery is gone")


def test_a_client_is_deleted_by_mouse(opens: Opens, owner: Membership, meadow: Client, priya: Conversation) -> None:
    page = opens(owner, f"/clients/{priya.client_id}")
    page.get_by_role("link", name="Delete this client").click()
    page.get_by_role("button", name="Delete Harbour Bakery").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was deleted yet. Choose what becomes of its data")
    expect(page.get_by_label("Move to")).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^Move everything")).click()
    page.get_by_label("Move to").select_option(label="Meadow Dairy")
    page.get_by_label("Type Harbour Bakery to confirm").fill("harbour bakery")
    page.get_by_role("button", name="Delete Harbour Bakery").click()
    expect(page.get_by_role("heading", name="Moving to Meadow Dairy")).to_be_visible()
    stops_for_a_fault(page)
    page.get_by_role("button", name="Start it again").click()
    is_gone(page)
    priya.refresh_from_db()
    assert priya.client_id == meadow.pk


def test_a_client_is_deleted_by_keyboard_alone(opens: Opens, owner: Membership, priya: Conversation) -> None:
    page = opens(owner, f"/clients/{priya.client_id}")
    keys = page.keyboard
    into(page)
    tab_to(page, page.get_by_role("link", name="Delete this client"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Delete Harbour Bakery")).to_be_visible()
    into(page)
    tab_to(page, page.get_by_role("button", name="Delete Harbour Bakery"))
    keys.press("Enter")
    expect(page.get_by_role("radio", name=re.compile("^Move everything"))).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Export, then erase")).to_be_checked()
    keys.press("Tab")
    expect(page.get_by_label("Type Harbour Bakery to confirm")).to_be_focused()
    keys.type("Harbour Bakers")
    with page.expect_navigation():
        keys.press("Enter")
    name = page.get_by_label("Type Harbour Bakery to confirm")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    keys.press("End")
    keys.press("Backspace")
    keys.press("y")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Writing it out")).to_be_visible()
    stops_for_a_fault(page)
    into(page)
    tab_to(page, page.get_by_role("button", name="Start it again"))
    keys.press("Enter")
    is_gone(page)
    into(page)
    tab_to(page, page.get_by_role("link", name="Download the export"))
    with page.expect_download() as download:
        keys.press("Enter")
    assert download.value.suggested_filename == "harbour-bakery.zip"
    keys.press("Escape")
    tab_to(page, page.get_by_role("link", name="Erase what Harbour Bakery has"))
    keys.press("Enter")
    expect(page.get_by_role("link", name="Download the export")).to_be_visible()
    assert priya.messages.get().body == ""


def test_a_report_is_saved_mailed_shared_and_had_back_by_mouse(
    opens: Opens, owner: Membership, harbour: Client
) -> None:
    page = opens(owner, f"/reports/speed?client={harbour.pk}")
    page.get_by_text("Save", exact=True).click()
    page.get_by_label("Name").fill("Weekly")
    page.get_by_role("button", name="Save report").click()
    expect(page.get_by_text("Report “Weekly” saved.")).to_be_visible()
    page.get_by_text("Link", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link", exact=True)
    expect(link).to_be_focused()
    anybody = opens(None, "/shared/" + link.input_value().partition("/shared/")[2])
    expect(anybody.get_by_role("heading", name="Speed of first answer")).to_be_visible()

    page.get_by_role("link", name="All links").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Ended now: by")).to_be_visible()
    anybody.reload()
    expect(anybody.get_by_role("heading", name="No report here")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="End it")).to_be_visible()
    anybody.reload()
    expect(anybody.get_by_role("heading", name="Speed of first answer")).to_be_visible()

    page.goto(page.url.replace("/links", "/saved"))
    page.get_by_role("link", name="By mail").click()
    page.get_by_label("How often").select_option("Every month")
    expect(page.get_by_label("Day", exact=True)).to_be_hidden()
    page.get_by_label("Day of the month").select_option("15")
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Send it by mail").click()
    expect(page.get_by_text("Choose at least one of the people")).to_be_visible()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send it by mail").click()
    sent = page.get_by_text("On day 15 of each month at 08:00")
    expect(sent).to_be_visible()
    page.get_by_label("Change Weekly").click()
    page.get_by_role("button", name="Delete it, and its mails").click()
    expect(page.get_by_text("No report is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(sent).to_be_visible()


def ends_the_link_and_has_it_back(page: Page) -> None:
    expect(page.get_by_label("The link", exact=True)).to_be_focused()
    tab_to(page, page.get_by_role("link", name="All links"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/reports/links$"))
    tab_to(page, page.get_by_role("button", name="End it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Shared links")).to_be_focused()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="End it")).to_be_visible()
    expect(page.get_by_role("list", name="Shared links")).to_be_focused()


def test_a_report_is_saved_mailed_shared_and_had_back_by_keyboard_alone(
    opens: Opens, owner: Membership, harbour: Client
) -> None:
    saved.save(actor=acting(owner), report="speed", name="Daily", query="")
    page = opens(owner, f"/reports/speed?client={harbour.pk}")
    keys = page.keyboard
    tab_to(page, page.locator("#keep"))
    keys.press("Enter")
    keys.press("Tab")
    keys.type("daily")
    keys.press("Enter")
    expect(page.get_by_text("You keep a report “daily” already.")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#keep")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    ends_the_link_and_has_it_back(page)

    page.goto(page.url.replace("/links", "/saved"))
    into(page)
    tab_to(page, page.get_by_label("Change Daily"))
    keys.press("Enter")
    keys.press("Tab")
    keys.press("End")
    keys.type(" one")
    keys.press("Enter")
    expect(page.get_by_label("Change Daily one")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Daily one by mail")).to_be_visible()
    into(page)
    tab_to(page, page.get_by_role("checkbox"))
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text("Choose at least one of the people")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_be_focused()
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text("Every Monday at 08:00")).to_be_visible()
    into(page)
    tab_to(page, page.get_by_label("Change Daily one"))
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_text("No report is saved yet.")).to_be_visible()
    keys.press("z")
    expect(page.get_by_text("Every Monday at 08:00")).to_be_visible()
    assert Schedule.objects.get().recipients.get().member == owner


@pytest.fixture
def learning(owner: Membership) -> LearnedModel:
    """One that is still being made."""
    return LearnedModel.objects.create(workspace=owner.workspace, member=owner, features=FORMAT, due_at=timezone.now())


def test_hours_suppression_and_a_learned_model_are_kept_by_mouse_and_by_keyboard(
    opens: Opens, owner: Membership, learning: LearnedModel
) -> None:
    page = opens(owner, "/settings/hours")
    keys = page.keyboard
    page.get_by_label("Saturday").click()
    page.get_by_label("To", exact=True).fill("08:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("put the end later than the start")).to_be_visible()
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    expect(page.get_by_label("Saturday")).to_be_checked()
    keys.type("0600PM")
    keys.press("Enter")
    expect(page.get_by_text("Working hours saved.")).to_be_visible()
    kept = WorkingHours.objects.get()
    assert (kept.days, kept.closes) == ([0, 1, 2, 3, 4, 5], 18 * 60)

    page.get_by_role("link", name="Suppression").click()
    page.get_by_label("E-mail addresses or phone numbers").fill("anna@example.com, nobody, tom@example.com")
    page.get_by_role("button", name="Send nothing to these").click()
    field = page.get_by_label("E-mail addresses or phone numbers")
    expect(field).to_be_focused()
    expect(field).to_have_value("nobody")
    page.get_by_label("Search the list").fill("anna")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_text("tom@example.com")).to_have_count(0)
    page.get_by_role("button", name="Lift").click()
    expect(page.get_by_text("anna@example.com may be written to again.")).to_be_visible()
    expect(page.locator("#suppression")).to_be_focused()
    keys.press("z")
    expect(page.get_by_role("button", name="Lift")).to_be_visible()
    assert Suppression.objects.count() == 2

    page.get_by_role("link", name="Intents").click()
    page.get_by_role("link", name="at work").click()
    expect(page.get_by_role("heading", name="Training")).to_be_visible()
    LearnedModel.objects.update(state="done", version="local-0123456789ab", content=b"-")
    expect(page.locator("#announcer")).to_have_text("Ready: this is what would change")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Switched on. It judges what arrives")).to_be_visible()
    into(page)
    tab_to(page, page.get_by_role("button", name="Switch off"))
    keys.press("Enter")
    expect(page.get_by_text("Switched off.")).to_be_visible()
    into(page)
    tab_to(page, page.locator("#model-discard"))
    page.keyboard.press("Enter")  # it asks first
    tab_to(page, page.get_by_role("button", name="Discard it"))
    keys.press("Enter")
    expect(page.get_by_text("Discarded.")).to_be_visible()
    assert not LearnedModel.objects.exists()
