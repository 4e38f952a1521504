"""The list of contacts by mouse and by keyboard alone: selection, one change for many, a new contact."""

import csv

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Membership
from contacts import labels
from contacts.actions import create
from contacts.models import Contact
from tests.cast import acting
from tests.pages.conftest import NARROW, Opens

pytestmark = pytest.mark.browser


@pytest.fixture
def us(agent: Membership) -> Actor:
    actor = acting(agent)
    for name in ("Ann One", "Bob Two", "Cleo Three"):
        create(actor=actor, name=name)
    labels.create(actor=actor, name="VIP")
    return actor


def bearing() -> set[str]:
    return {one.name for one in Contact.objects.filter(labels__name="VIP")}


def test_those_that_are_ticked_are_labelled_by_mouse_and_it_is_taken_back(
    opens: Opens, agent: Membership, us: Actor
) -> None:
    page = opens(agent, "/contacts")
    page.get_by_label("Select Ann One").check()
    page.get_by_label("Select Bob Two").check()
    expect(page.get_by_role("form", name="The selected contacts")).to_contain_text("2 selected")
    page.locator("#bulk-label").click()
    page.get_by_role("button", name="VIP").first.click()
    expect(page.locator("#toasts")).to_contain_text("Labelled “VIP”: 2 contacts.")
    assert bearing() == {"Ann One", "Bob Two"}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".people .label")).to_have_count(0)
    assert bearing() == set()


def test_the_keyboard_alone_walks_selects_and_gives_to_somebody(opens: Opens, agent: Membership, us: Actor) -> None:
    page = opens(agent, "/contacts?sort=name")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ann One")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.locator("#bulk-owner").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Anna Agent").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Given to Anna Agent: 2 contacts.")
    assert {one.name for one in Contact.objects.filter(owner=agent)} == {"Ann One", "Bob Two"}


def test_all_that_match_are_more_than_what_is_shown(opens: Opens, agent: Membership, us: Actor) -> None:
    page = opens(agent, "/contacts")
    page.keyboard.press("ControlOrMeta+a")
    page.get_by_role("button", name="All 3 that match").click()
    page.locator("#bulk-label").click()
    page.get_by_role("button", name="VIP").first.click()
    expect(page.locator("#toasts")).to_contain_text("Labelled “VIP”: all that match. It goes on by itself.")
    page.get_by_role("link", name="See how far it is").click()
    expect(page.get_by_role("heading", name="Labelled “VIP”: all that match")).to_be_visible()


def test_those_that_are_ticked_are_exported(opens: Opens, agent: Membership, us: Actor) -> None:
    page = opens(agent, "/contacts")
    page.get_by_label("Select Cleo Three").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert [row["Name"] for row in csv.DictReader(file)] == ["Cleo Three"]


def test_c_opens_a_new_contact_which_keeps_what_was_typed_until_it_can_be(
    opens: Opens, agent: Membership, us: Actor
) -> None:
    create(actor=us, name="Priya", email="priya@example.com")
    page = opens(agent, "/contacts")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Dora")
    dialog.get_by_label("E-mail").fill("nonsense")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("Enter an e-mail address such as priya@example.com.")
    dialog.get_by_label("E-mail").fill("priya@example.com")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Priya has this address already.")
    expect(dialog.get_by_label("First name")).to_have_value("Dora")
    dialog.get_by_label("E-mail").fill("dora@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dora", level=1)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Added Dora.")
    assert Contact.objects.get(name="Dora").email == "dora@example.com"


def test_a_narrow_filter_says_so_and_is_cleared(opens: Opens, agent: Membership, us: Actor) -> None:
    page = opens(agent, "/contacts", viewport=NARROW)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Status").select_option("bounced")
    page.get_by_role("button", name="Show these").click()
    expect(page).to_have_url(page.url.split("?")[0] + "?status=bounced")
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    page.get_by_role("link", name="Status: Bounced").click()
    expect(page.locator("[data-row]")).to_have_count(3)


def test_what_a_colleague_changes_is_shown_without_a_reload(opens: Opens, agent: Membership, us: Actor) -> None:
    """As the live stream tells it."""
    page = opens(agent, "/contacts")
    ann = Contact.objects.get(name="Ann One")
    Contact.objects.filter(pk=ann.pk).update(name="Ann Renamed")
    page.mouse.move(700, 20)
    page.evaluate(
        "id => document.dispatchEvent(new CustomEvent('live', "
        "{detail: {type: 'contact.updated', subject: 'contact', id}}))",
        str(ann.pk),
    )
    expect(page.get_by_role("link", name="Ann Renamed")).to_be_visible()
