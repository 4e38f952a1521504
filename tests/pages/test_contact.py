"""The page of a contact, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from contacts.actions import change
from contacts.models import Contact, Identity
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import acting
from tests.pages.conftest import Opens
from tests.pages.held import holding, until

pytestmark = pytest.mark.browser


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_the_list_finds_a_person_by_the_beginning_of_a_word(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/contacts")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("/")
    expect(page.get_by_label("Search contacts")).to_be_focused()
    page.keyboard.type("tann")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Tom Tanner").click()
    expect(page).to_have_url(re.compile(rf"/contacts/{tom.contact_id}"))


def test_fields_are_changed_and_the_timeline_tells_it(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.clock.install()
    page.get_by_label("Company").fill("Harbour & Sons")
    page.get_by_label("Phone", exact=True).fill("+44 20 7946 0018")
    page.get_by_label("Owner").select_option(label="Anna Agent")
    save(page)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator(".addresses")).to_contain_text("+442079460018")
    expect(page.locator(".timeline")).to_contain_text("Changed company, owner")
    expect(page.locator(".timeline")).to_contain_text("Changed phone")
    expect(page.locator("#company-words")).to_have_text(re.compile("by Anna Agent, "))
    expect(page.get_by_role("link", name="Bread for 1,250")).to_be_visible()
    contact = Contact.objects.get(pk=priya.contact_id)
    assert (contact.company, contact.phone, contact.owner) == ("Harbour & Sons", "+442079460018", agent)

    page.clock.fast_forward(10_000)  # it can be taken back for a while yet
    page.keyboard.press("z")
    expect(page.get_by_label("Company")).to_have_value("")
    assert Contact.objects.get(pk=priya.contact_id).company == ""


def test_another_persons_address_is_refused_beside_the_field_and_led_to_a_merge(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Company").fill("Kept")
    field = page.get_by_label("E-mail", exact=True)
    field.fill("tom@example.com")
    save(page)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#email-words")).to_contain_text("tom@example.com belongs to Tom Tanner.")
    expect(field).to_have_value("tom@example.com")
    expect(page.get_by_label("Company")).to_have_value("Kept")
    assert Contact.objects.get(pk=priya.contact_id).email == "priya@example.com"
    page.get_by_role("link", name="Merge with Tom Tanner …").click()
    expect(page.get_by_role("heading", name="What goes over to Priya Patel")).to_be_visible()


def test_what_a_colleague_wrote_meanwhile_is_shown_beside_what_was_typed(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Company").fill("Mine")
    contact = Contact.objects.get(pk=priya.contact_id)
    change(actor=acting(owner), contact=contact, company="Theirs", name="Priya P. Patel")
    save(page)
    expect(page.locator("#company-words")).to_contain_text("A colleague wrote “Theirs” meanwhile (by Olga Owner")
    expect(page.get_by_label("Company")).to_have_value("Mine")
    expect(page.get_by_label("Last name")).to_have_value("P. Patel")
    contact.refresh_from_db()
    assert (contact.company, contact.name) == ("Theirs", "Priya P. Patel")
    save(page)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    contact.refresh_from_db()
    assert (contact.company, contact.name) == ("Mine", "Priya P. Patel")


def test_what_one_begins_to_type_while_a_colleagues_change_is_fetched_stays(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    held = holding(page, f"/contacts/{priya.contact_id}$")
    change(actor=acting(owner), contact=Contact.objects.get(pk=priya.contact_id), name="Renamed")
    told = {"type": "contact.updated", "subject": "contact", "id": str(priya.contact_id)}
    page.evaluate("detail => document.dispatchEvent(new CustomEvent('live', { detail }))", told)
    asked = until(page, held)
    page.get_by_label("Company").fill("Mine")
    with page.expect_event("requestfinished"):
        asked.continue_()
    page.unroute_all()
    save(page)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    contact = Contact.objects.get(pk=priya.contact_id)
    assert (contact.company, contact.name) == ("Mine", "Renamed")


def test_two_who_change_different_fields_do_not_disturb_each_other(
    opens: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Company").fill("Mine")
    change(actor=acting(owner), contact=Contact.objects.get(pk=priya.contact_id), name="Renamed")
    save(page)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    contact = Contact.objects.get(pk=priya.contact_id)
    assert (contact.company, contact.name) == ("Mine", "Renamed")


def test_addresses_are_added_made_primary_and_removed(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Add an address").fill("nonsense")
    page.get_by_role("button", name="Add the address").click()
    expect(page.locator("#address-error")).to_have_text("Enter an e-mail address such as priya@example.com.")
    expect(page.get_by_label("Add an address")).to_have_value("nonsense")
    page.get_by_label("Add an address").fill("p2@example.com")
    page.get_by_role("button", name="Add the address").click()
    page.get_by_label("Change p2@example.com").click()
    page.get_by_role("button", name="Make it primary").click()
    expect(page.locator("#toasts")).to_contain_text("p2@example.com is primary now.")
    assert Contact.objects.get(pk=priya.contact_id).email == "p2@example.com"
    page.get_by_label("Change p2@example.com").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".addresses")).not_to_contain_text("p2@example.com")
    assert Contact.objects.get(pk=priya.contact_id).email == "priya@example.com"
    assert Identity.objects.filter(contact=priya.contact_id).count() == 1


def test_further_fields_are_added_changed_and_removed(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("New field").fill("Shoe size")
    page.get_by_label("Value").fill("38")
    page.get_by_role("button", name="Save the fields").click()
    page.get_by_label("Shoe size", exact=True).fill("39")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts").get_by_text("Saved.")).to_have_count(2)
    expect(page.get_by_label("Shoe size", exact=True)).to_have_value("39")
    assert Contact.objects.get(pk=priya.contact_id).custom_fields == {"Shoe size": "39"}
    page.get_by_role("button", name="Remove the field Shoe size").click()
    expect(page.get_by_label("Shoe size", exact=True)).to_have_count(0)


def test_a_label_is_put_on_and_taken_off(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Add a label").fill("VIP")
    page.locator("#label-name + button").click()
    page.get_by_role("button", name="Take VIP off").click()
    expect(page.get_by_role("button", name="Take VIP off")).to_have_count(0)
    assert list(Contact.objects.get(pk=priya.contact_id).labels.all()) == []


def test_a_deleted_contact_comes_back_with_z(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("More for Priya Patel").click()
    page.get_by_role("button", name="Delete this contact").click()
    expect(page.get_by_role("heading", name="Nobody yet")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    page.reload()
    expect(page.get_by_role("link", name="Priya Patel")).to_be_visible()


def test_the_conversation_is_one_press_away(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_role("link", name="From Priya").click()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
