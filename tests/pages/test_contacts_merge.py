"""Duplicates looked through, merged and taken apart: by mouse, and by keyboard alone."""

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Membership
from contacts.actions import create
from contacts.likeness import compare_waiting
from contacts.models import Contact, Likeness
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import acting
from tests.pages.conftest import Opens

pytestmark = pytest.mark.browser


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def twins(us: Actor) -> tuple[Contact, Contact]:
    write_in(us, sender="ann@one.example", name="Ann One")
    first = Contact.objects.get()
    second = create(actor=us, name="Ann One", email="ann@two.example", company="Two Ltd")
    compare_waiting()
    return first, second


def test_by_mouse_two_are_compared_merged_and_taken_apart(
    opens: Opens, agent: Membership, us: Actor, twins: tuple[Contact, Contact]
) -> None:
    first, second = twins
    page = opens(agent, "/contacts")
    page.get_by_role("link", name="to look through: 1").click()
    expect(page.locator(".pair")).to_contain_text("Same name")
    page.get_by_role("link", name="Merge …").click()
    expect(page.locator(".merge__fields")).to_contain_text("Two Ltd fills it")
    page.get_by_label("ann@two.example").check()
    expect(page.get_by_text("1 address.")).to_be_visible()
    page.get_by_role("button", name="Merge into Ann One").click()
    expect(page.locator("#toasts")).to_contain_text("Merged Ann One into Ann One.")
    first.refresh_from_db()
    assert (first.email, first.company) == ("ann@two.example", "Two Ltd")

    later = write_in(us, sender="ann@two.example").conversation
    page.get_by_role("link", name="Take a merge apart").click()
    page.get_by_role("link", name="Take apart …").click()
    expect(page.get_by_text("1 conversation, 1 address.").first).to_be_visible()
    page.get_by_role("button", name="Take them apart").click()
    expect(page.locator("#toasts")).to_contain_text("Ann One and Ann One are two people again.")
    first.refresh_from_db()
    assert (first.email, first.company) == ("ann@one.example", "")
    assert Conversation.objects.get(pk=later.pk).contact_id == second.pk


def test_by_keyboard_alone_the_same_is_done_and_undone(
    opens: Opens, agent: Membership, twins: tuple[Contact, Contact]
) -> None:
    first, second = twins
    page = opens(agent, "/contacts/duplicates")
    page.keyboard.press("j")
    expect(page.locator(".pair__name").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Which values stay")).to_be_visible()
    page.locator("#merge-now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Merged")
    page.wait_for_load_state()
    assert Contact.objects.get(pk=second.pk).merged_into_id == first.pk
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    assert Contact.objects.get(pk=second.pk).merged_into_id is None


def test_not_the_same_leaves_the_page_and_comes_back_with_undo(
    opens: Opens, agent: Membership, twins: tuple[Contact, Contact]
) -> None:
    page = opens(agent, "/contacts/duplicates")
    page.get_by_role("button", name="Not the same").click()
    expect(page.locator(".pair")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("They stay two people.")
    assert Likeness.objects.get().dismissed_by == "Anna Agent"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    assert Likeness.objects.get().dismissed_at is None


def test_who_changed_since_one_looked_is_not_merged_unseen(
    opens: Opens, agent: Membership, twins: tuple[Contact, Contact]
) -> None:
    first, second = twins
    page = opens(agent, f"/contacts/{first.pk}/merge?other={second.pk}")
    Contact.objects.filter(pk=second.pk).update(version=9, company="Changed")
    page.get_by_role("button", name="Merge into Ann One").click()
    expect(page.get_by_role("alert")).to_contain_text("One of the two was changed since you looked.")
    expect(page.locator(".merge__fields")).to_contain_text("Changed")
    assert Contact.objects.get(pk=second.pk).merged_into_id is None
