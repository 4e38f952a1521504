"""Segments on the pages: kept from the list of contacts, renamed, deleted, and said of each contact."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Undo
from activity.undoing import take_back
from clients.models import Client
from contacts import labels, segments
from contacts.actions import create
from contacts.models import Contact, Label, Segment
from desk.settings.labels import join
from tests.cast import acting
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, violations

Browse = Callable[[Membership], Browser]


@pytest.fixture
def us(agent: Membership) -> Actor:
    actor = acting(agent)
    for name in ("Ann One", "Bob Two"):
        labels.relabel(actor=actor, contact=create(actor=actor, name=name), names=["VIP"])
    create(actor=actor, name="Cleo Three")
    return actor


def vips(us: Actor, **more: object) -> Segment:
    return segments.create(actor=us, name="VIPs", filters={"label": "VIP"}, **more)  # type: ignore[arg-type]


def shown(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_what_the_list_shows_is_kept_under_a_name(browse: Browse, agent: Membership, us: Actor) -> None:
    browser = browse(agent)
    assert "Save as segment" not in shown(browser.get("/contacts"))
    assert "Save as segment" in shown(browser.get("/contacts?label=VIP"))
    answer = browser.post("/contacts/segments/new?label=VIP&search=one", {"name": "First"})
    segment = Segment.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/contacts?segment_id={segment.pk}")
    assert segment.filters == {"label": str(Label.objects.get().pk), "search": "one"}
    page = shown(browser.get(answer["Location"]))
    assert "Saved the segment “First”: 1 contact." in page
    assert ("Ann One" in page, "Bob Two" in page, "Segment: First" in page) == (True, False, True)
    assert "Save as segment" not in page


def test_what_cannot_be_kept_is_said_and_nothing_is_made(browse: Browse, agent: Membership, us: Actor) -> None:
    segment, browser = vips(us), browse(agent)
    for query, name, words in (
        ("label=VIP", " ", "Must be 1 to 100 characters."),
        ("label=VIP", "vips", "There is a segment “vips” already."),
        ("", "All", "Give at least one filter: without one, a segment would be everybody."),
        (f"segment_id={segment.pk}", "Two", "A segment cannot be made of another one. Take that filter off first."),
    ):
        answer = browser.post(f"/contacts/segments/new?{query}", {"name": name})
        assert (answer.status_code in (409, 422), words in shown(answer)) == (True, True), words
    assert Segment.objects.get() == segment


def test_one_is_listed_renamed_deleted_and_all_of_it_taken_back(browse: Browse, agent: Membership, us: Actor) -> None:
    segment, browser = vips(us), browse(agent)
    page = shown(browser.get("/contacts/segments"))
    assert ("VIPs" in page, "2 contacts" in page, "Label: VIP" in page) == (True, True, True)
    assert browser.post(f"/contacts/segments/{segment.pk}/change", {"name": "Best"})["Location"] == "/contacts/segments"
    assert "“VIPs” is called “Best” now." in shown(browser.get("/contacts/segments"))
    browser.post(f"/contacts/segments/{segment.pk}/delete")
    assert "No segments yet" in shown(browser.get("/contacts/segments"))
    for undo in Undo.objects.order_by("-created_at"):
        take_back(us, undo.pk)
    segment.refresh_from_db()
    assert (segment.name, segment.deleted_at, segment.member_count) == ("VIPs", None, 2)


def test_a_contact_says_which_segments_it_is_in(browse: Browse, agent: Membership, us: Actor) -> None:
    segment = vips(us)
    link = f'href="/contacts?segment_id={segment.pk}">VIPs</a>'
    pages = {one.name: shown(browse(agent).get(f"/contacts/{one.pk}")) for one in Contact.objects.all()}
    assert {name: link in page for name, page in pages.items()} == {
        "Ann One": True,
        "Bob Two": True,
        "Cleo Three": False,
    }


def test_a_viewer_looks_and_changes_nothing(
    browse: Browse, viewer: Membership, us: Actor, harbour: Client, other_client_agent: Membership
) -> None:
    segment = vips(us, client_id=harbour.pk)
    browser = browse(viewer)
    page = shown(browser.get("/contacts/segments"))
    assert ("VIPs" in page, "Delete the segment" in page) == (True, False)
    for verb in (f"{segment.pk}/change", f"{segment.pk}/delete", "new?label=VIP"):
        assert browser.post(f"/contacts/segments/{verb}", {"name": "x"}).status_code == 403
    assert browse(other_client_agent).post(f"/contacts/segments/{segment.pk}/delete").status_code == 404
    assert Segment.objects.get().name == "VIPs"


def test_a_label_that_is_joined_into_another_takes_its_segment_along(us: Actor, admin: Membership) -> None:
    segment = vips(us)
    best = labels.named(actor=us, name="Best")
    join(actor=acting(admin), label=Label.objects.get(name="VIP"), into=best)
    segment.refresh_from_db()
    assert (segment.filters, segment.refreshed_at) == ({"label": str(best.pk)}, None)


def test_the_page_asks_as_often_for_thirty_as_for_one(browse: Browse, agent: Membership, us: Actor) -> None:
    browser, asked = browse(agent), []
    for count in (1, 29):
        for number in range(count):
            segments.create(actor=us, name=f"S{count}{number}", filters={"label": "VIP"})
        browser.get("/contacts/segments")
        with CaptureQueriesContext(connection) as made:
            assert browser.get("/contacts/segments").status_code == 200
        asked.append(len(made))
    assert asked[0] == asked[1]


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_one_is_made_and_deleted_in_the_browser_and_axe_finds_nothing(
    opens: Opens, agent: Membership, us: Actor, size: dict[str, int]
) -> None:
    page = opens(agent, "/contacts?label=VIP", viewport=size, **STILL)
    page.locator("#segment-new").click()
    name = page.get_by_label("Name of the segment")
    name.fill("VIPs")
    box = name.bounding_box()
    assert box
    assert 0 <= box["x"] < box["x"] + box["width"] <= size["width"]
    found = violations(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved the segment “VIPs”: 2 contacts.")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.goto(page.url.split("/contacts")[0] + "/contacts/segments")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    found += violations(page)
    page.get_by_label("Change VIPs").click()
    found += violations(page)
    page.get_by_role("button", name="Delete the segment").click()
    expect(page.get_by_text("No segments yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="VIPs")).to_be_visible()
    assert found == []
