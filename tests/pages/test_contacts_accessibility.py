"""axe finds nothing on the pages of contacts in the states that matter: full, refused, half-way."""

import pytest
from playwright.sync_api import FilePayload, ViewportSize, expect

from accounts.models import Membership
from contacts.actions import create
from contacts.likeness import compare_waiting
from contacts.models import Contact
from contacts.suppression import suppress
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def twin(agent: Membership, priya: Conversation) -> Contact:
    us = acting(agent)
    suppress(actor=us, contact=Contact.objects.get(pk=priya.contact_id), reason="said so")
    made = create(
        actor=us, name="Priya Patel", email="priya.patel@two.example", company="Two Ltd", client_id=priya.client_id,
        custom_fields={"Shoe size": 38, "A rather long name of a field": "x" * 80},
    )  # fmt: skip
    while compare_waiting():
        pass
    return made


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_that_hold_something_pass(
    opens: Opens, admin: Membership, priya: Conversation, twin: Contact, size: ViewportSize
) -> None:
    page = opens(admin, "/contacts", viewport=size, **STILL)
    home = page.url.removesuffix("/contacts")
    found: list[str] = []
    for path in (
        "/contacts", "/contacts?sort=name", "/contacts/duplicates", f"/contacts/{twin.pk}",
        f"/contacts/{priya.contact_id}", f"/contacts/{priya.contact_id}/merge?other={twin.pk}",
    ):  # fmt: skip
        page.goto(home + path)
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0, path
    with page.expect_navigation():
        page.get_by_role("button", name="Merge into Priya Patel").click()
    for link in ("Take a merge apart", "Take apart …"):
        with page.expect_navigation():
            page.get_by_role("link", name=link).last.click()
        found += violations(page)
    assert found == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_refusals_and_what_is_half_way_pass(opens: Opens, admin: Membership, twin: Contact, size: ViewportSize) -> None:
    page = opens(admin, f"/contacts/{twin.pk}", viewport=size, **STILL)
    home = page.url.split("/contacts")[0]
    page.get_by_label("E-mail", exact=True).fill("priya@example.com")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("E-mail", exact=True)).to_have_attribute("aria-invalid", "true")
    found = violations(page)
    page.goto(f"{home}/contacts")
    page.get_by_label("Select all that are shown").check()
    page.locator("#bulk-label").click()
    found += violations(page)
    page.goto(f"{home}/contacts")
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_label("E-mail").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    found += violations(page)
    page.goto(f"{home}/contacts/imports/new")
    people = b"name,email,other\nAnn,ann@example.com,x\nBad,nonsense,\n"
    page.get_by_label("CSV file, at most 25 MB").set_input_files(
        FilePayload(name="people.csv", mimeType="text/csv", buffer=people)
    )
    page.get_by_role("button", name="Upload and look").click()
    expect(page.locator("#preview")).to_contain_text("Failed")
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert found == []
