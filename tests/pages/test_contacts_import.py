"""A file of people through the browser: by mouse, and by keyboard alone."""

import pytest
from playwright.sync_api import FilePayload, expect

from accounts.models import Membership
from activity.runs import work_off
from contacts.models import Contact
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser

PEOPLE = "Vorname;Nachname;E-Mail;Größe\nJörg;Müller;joerg@example.com;43\nBad;Row;nonsense;\n"
FILE = FilePayload(name="leute.csv", mimeType="text/csv", buffer=PEOPLE.encode("cp1252"))


def test_by_mouse_a_file_is_matched_looked_at_and_imported(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/contacts")
    page.get_by_role("link", name="Import from CSV").first.click()
    page.get_by_label("CSV file, at most 25 MB").set_input_files(FILE)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.locator("#preview")).to_contain_text("Jörg Müller")
    expect(page.locator("#preview")).to_contain_text("“nonsense” is not an e-mail address.")
    page.wait_for_load_state()
    page.get_by_label("E-Mail goes to").select_option("")
    expect(page.locator("#preview")).not_to_contain_text("is not an e-mail address")
    page.get_by_label("E-Mail goes to").select_option("email")
    page.get_by_label("Größe goes to").select_option(label="A new field …")
    page.get_by_label("Name of the new field").locator("visible=true").fill("Shoe size")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("heading", name="Import of leute.csv")).to_be_visible()
    assert work_off() > 0
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    expect(page.locator(".run__rows")).to_contain_text("“nonsense” is not an e-mail address.")
    assert Contact.objects.get().custom_fields == {"Shoe size": "43"}
    with page.expect_download() as download:
        page.get_by_role("link", name="Failed rows as CSV").click()
    assert "nonsense" in download.value.path().read_text(encoding="utf-8-sig")


def test_by_keyboard_alone_it_is_imported_and_undone(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/contacts/imports/new")
    page.get_by_label("CSV file, at most 25 MB").set_input_files(FILE)
    page.locator("#upload").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text("Jörg Müller")
    page.locator("#import-now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import of leute.csv")).to_be_visible()
    work_off()
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    assert Contact.objects.filter(deleted_at=None).count() == 1
    page.locator("#run-undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="At work …")).to_be_visible()
    work_off()
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    assert not Contact.objects.filter(deleted_at=None).exists()


def test_a_file_that_is_none_is_told_beside_the_field(opens: Opens, agent: Membership) -> None:
    page = opens(agent, "/contacts/imports/new")
    field = page.get_by_label("CSV file, at most 25 MB")
    field.set_input_files(FilePayload(name="a.xlsx", mimeType="application/zip", buffer=b"PK\x03\x04"))
    page.get_by_role("button", name="Upload and look").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("This is a spreadsheet, not a CSV file.")
