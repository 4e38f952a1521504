"""The whole day of an agent, by mouse: from signing in to signing out, over every room."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import Membership
from activity.models import Run
from activity.runs import finish
from contacts.likeness import compare_waiting
from contacts.models import Contact
from deals.models import Deal
from inbox.models import Conversation, FollowUp, Message
from tests.cast import PASSWORD
from tests.pages.conftest import Opens
from tests.pages.day.conftest import Morning
from tests.pages.day.pictures import Pictures

pytestmark = pytest.mark.browser

CSV = "Name;E-Mail;Firma\r\nRosa Ruiz;rosa@example.com;Panadería Ruiz\r\nNobody;not an address;\r\n"
PEOPLE = FilePayload(name="people.csv", mimeType="text/csv", buffer=CSV.encode("cp1252"))


def test_the_whole_day_by_mouse(opens: Opens, agent: Membership, morning: Morning) -> None:
    page = opens(None, "/")
    pictures = Pictures("mouse", page)
    sign_in(page, agent)
    begin_with_today(page, pictures, morning)
    narrow_the_inbox(page, pictures)
    answer_priya(page, pictures, morning)
    close_and_snooze(page, pictures, morning)
    note_and_bulk(page, pictures, morning)
    keep_a_view(page, pictures)
    work_the_board(page, pictures, morning)
    join_two_people(page, pictures, morning)
    import_people(page, pictures)
    find_words(page, pictures, morning)
    sign_out(page)
    assert len(pictures.names) == pictures.taken


def sign_in(page: Page, agent: Membership) -> None:
    page.get_by_label("E-mail address").fill(agent.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def room(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name).click()


def undo(page: Page, what: str) -> None:
    toast = page.locator("[data-toast]", has=page.get_by_role("button", name="Undo")).filter(has_text=what)
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text(f"Taken back: {what}")


def begin_with_today(page: Page, pictures: Pictures, morning: Morning) -> None:
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    pictures.take("today")
    page.get_by_role("button", name="Done: Send Vera the flour list").click()
    undo(page, "Follow-up done.")
    assert FollowUp.objects.get().done_at is None
    page.get_by_role("button", name="Done: Send Vera the flour list").click()
    expect(page.get_by_role("button", name="Done: Send Vera the flour list")).to_have_count(0)


def narrow_the_inbox(page: Page, pictures: Pictures) -> None:
    room(page, "Inbox")
    expect(page.locator("[data-row]")).to_have_count(6)
    page.locator("#filter-menu").click()
    page.locator("select[name=intent]").select_option("booking")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?intent=booking$"))
    pictures.take("filtered")
    page.get_by_role("list", name="Active filters").get_by_role("link").click()
    expect(page.locator("[data-row]")).to_have_count(6)


def open_row(page: Page, conversation: Conversation) -> None:
    page.locator(f"#step-{conversation.pk}").click()
    expect(page.locator("#thread-title")).to_have_text(str(conversation.contact))


def answer_priya(page: Page, pictures: Pictures, morning: Morning) -> None:
    open_row(page, morning.priya)
    page.locator("#verb-intent").click()
    expect(page.get_by_text("“Yes, we would like to see a demo.”")).to_be_visible()
    pictures.take("evidence")
    page.get_by_role("button", name="Booking").click()
    expect(page.locator("#verb-intent")).to_contain_text("Booking")
    page.get_by_label("Reply to Priya Patel").fill("Gladly. Tuesday at ten?")
    expect(page.locator('[data-saved="reply"]')).to_have_text("Draft saved")
    page.locator("#send-button").click()
    expect(page.locator(".message--outbound:not(.message--pending)")).to_contain_text("Gladly. Tuesday at ten?")
    expect(page.locator(f"#row-{morning.priya.pk}")).to_contain_text("Their turn")
    pictures.take("answered")
    assert Message.objects.filter(conversation=morning.priya, direction="outbound").count() == 1


def close_and_snooze(page: Page, pictures: Pictures, morning: Morning) -> None:
    open_row(page, morning.tom)
    page.locator("#verb-close").click()
    expect(page.locator("#thread-title")).to_have_text("Walt Weber")
    expect(page.locator(f"#row-{morning.tom.pk}")).to_have_count(0)
    undo(page, "Closed.")
    expect(page.locator(f"#row-{morning.tom.pk}")).to_be_visible()
    page.locator("#verb-snooze").click()
    pictures.take("snooze")
    page.get_by_role("button", name="Tomorrow morning").click()
    expect(page.locator("#toasts")).to_contain_text("Snoozed")
    morning.walt.refresh_from_db()
    assert morning.walt.status == "snoozed"


def note_and_bulk(page: Page, pictures: Pictures, morning: Morning) -> None:
    expect(page.locator("#thread-title")).to_have_text("Uma Underwood")
    page.get_by_role("tab", name="Note").click()
    page.get_by_label("Private note about Uma Underwood").press_sequentially("Ask @Ol")
    page.get_by_role("listbox", name="Members").get_by_role("option", name="Olga Owner").click()
    page.get_by_label("Private note about Uma Underwood").press_sequentially(" about her.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".note:not(.note--pending)")).to_contain_text("Ask @Olga Owner about her.")
    pictures.take("note")
    for one in (morning.uma, morning.vera):
        page.locator(f"#row-{one.pk}").hover()
        page.locator(f"#pick-{one.pk}").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    pictures.take("bulk")
    page.locator("#bulk").get_by_role("button", name="Close").click()
    expect(page.locator("#toasts")).to_contain_text("2")
    expect(page.locator(f"#row-{morning.vera.pk}")).to_have_count(0)
    undo(page, "Closed: 2 conversations.")
    expect(page.locator(f"#row-{morning.vera.pk}")).to_be_visible()
    assert Conversation.objects.filter(status="closed").count() == 0


def keep_a_view(page: Page, pictures: Pictures) -> None:
    room(page, "Inbox")
    page.locator("#filter-menu").click()
    page.locator("select[name=channel]").select_option("email")
    with page.expect_navigation():
        page.get_by_role("button", name="Show these").click()
    page.locator("#views-menu").click()
    page.get_by_role("link", name="Save this view…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("All mail")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("navigation", name="Pinned views")).to_contain_text("All mail")
    pictures.take("view")


def work_the_board(page: Page, pictures: Pictures, morning: Morning) -> None:
    room(page, "Board")
    card = page.locator(f"#card-{morning.bread.pk}")
    expect(card).to_contain_text("Bread for 1,250")
    pictures.take("board")
    card.drag_to(page.locator('[data-column="interested"]'))
    expect(page.locator(f'[data-column="interested"] #card-{morning.bread.pk}')).to_be_visible()
    undo(page, "“Bread for 1,250” moved to Interested")
    expect(page.locator(f'[data-column="new"] #card-{morning.bread.pk}')).to_be_visible()
    page.locator(f"#card-{morning.ovens.pk}").drag_to(page.locator('[data-stage-key="won"]'))
    expect(page.get_by_role("dialog")).to_be_visible()
    pictures.take("won")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").first.click()
    expect(page.locator(f'[data-column="new"] #card-{morning.ovens.pk}')).to_be_visible()
    card.locator("[data-step]").click()
    expect(page.locator("#panel")).to_contain_text("Bread for 1,250")
    page.locator("#panel").get_by_label("Value").fill("1500")
    page.locator("#panel").get_by_role("button", name="Save").click()
    expect(card).to_contain_text("€1,500")
    pictures.take("panel")
    morning.bread.refresh_from_db()
    assert (morning.bread.value, Deal.objects.get(pk=morning.ovens.pk).stage.key) == (150_000, "new")


def join_two_people(page: Page, pictures: Pictures, morning: Morning) -> None:
    compare_waiting()
    room(page, "Contacts")
    pictures.take("contacts")
    page.get_by_role("link", name=re.compile("Duplicates")).click()
    pictures.take("duplicates")
    page.get_by_role("link", name="Merge …").click()
    pictures.take("merge")
    page.get_by_role("button", name="Merge into Tom Tanner").click()
    expect(page.locator("#toasts")).to_contain_text("Merged Tom Tanner into Tom Tanner.")
    page.get_by_role("link", name="Take a merge apart").click()
    page.get_by_role("link", name="Take apart …").click()
    pictures.take("take-apart")
    page.get_by_role("button", name="Take them apart").click()
    expect(page.locator("#toasts")).to_contain_text("Tom Tanner and Tom Tanner are two people again.")
    morning.twin.refresh_from_db()
    assert morning.twin.contact_id != morning.tom.contact_id


def import_people(page: Page, pictures: Pictures) -> None:
    room(page, "Contacts")
    page.locator("#contacts-more").click()
    page.get_by_role("link", name="Import from CSV").click()
    page.get_by_label("CSV file, at most 25 MB").set_input_files(PEOPLE)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.locator("#preview")).to_contain_text("Panadería Ruiz")
    pictures.take("preview")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("heading", name="Import of people.csv")).to_be_visible()
    finish(Run.objects.get(kind="contacts.import"))
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    expect(page.locator(".run__rows")).to_contain_text("“not an address” is not an e-mail address.")
    pictures.take("imported")
    assert Contact.objects.filter(email="rosa@example.com", company="Panadería Ruiz").count() == 1


def find_words(page: Page, pictures: Pictures, morning: Morning) -> None:
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Search").click()
    page.get_by_role("combobox", name="A command").fill("twelve people")
    expect(page.get_by_role("listbox", name="What you can do")).to_contain_text("Tom Tanner")
    pictures.take("palette")
    page.get_by_role("option", name=re.compile("Tom Tanner")).first.click()
    expect(page.locator("#thread-title")).to_have_text("Tom Tanner")


def sign_out(page: Page) -> None:
    page.get_by_text("You: Anna Agent").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
