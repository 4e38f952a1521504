import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from contacts.models import Contact
from deals.models import Deal
from inbox.models import Conversation
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser


def test_the_list_finds_a_person_by_the_beginning_of_a_word(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, "/contacts")
    expect(page.locator(".people__row")).to_have_count(2)
    page.get_by_label("Search contacts").fill("tann")
    page.keyboard.press("Enter")
    expect(page.locator(".people__row")).to_have_count(1)
    page.get_by_role("link", name="Tom Tanner").click()
    expect(page).to_have_url(re.compile(rf"/contacts/{tom.contact_id}"))


def test_fields_are_changed_and_the_timeline_tells_it(
    opens: Opens, agent: Membership, priya: Conversation, bread: Deal
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Company").fill("Harbour & Sons")
    page.get_by_label("Phone").fill("+44 20 7946 0018")
    page.get_by_label("Owner").select_option(label="Anna Agent")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("+442079460018")
    expect(page.locator(".timeline")).to_contain_text("Changed company, owner")
    expect(page.locator(".timeline")).to_contain_text("Changed phone")
    expect(page.get_by_role("link", name="Bread for 1,250")).to_be_visible()
    contact = Contact.objects.get(pk=priya.contact_id)
    assert (contact.company, contact.phone, contact.owner) == ("Harbour & Sons", "+442079460018", agent)


def test_another_persons_address_is_refused_with_a_sentence(
    opens: Opens, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("E-mail").fill("tom@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("tom@example.com belongs to another contact.")
    assert Contact.objects.get(pk=priya.contact_id).email == "priya@example.com"


def test_a_label_is_put_on_and_taken_off(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_label("Add a label").fill("VIP")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Take VIP off").click()
    expect(page.get_by_role("button", name="Take VIP off")).to_have_count(0)
    assert list(Contact.objects.get(pk=priya.contact_id).labels.all()) == []


def test_the_conversation_is_one_press_away(opens: Opens, agent: Membership, priya: Conversation) -> None:
    page = opens(agent, f"/contacts/{priya.contact_id}")
    page.get_by_role("link", name="From Priya").click()
    expect(page.locator("#thread-title")).to_have_text("Priya Patel")
