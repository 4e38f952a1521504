"""Two who work on one conversation at once: what one does shows where the other is, and never in what they write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.actors import Actor, system
from accounts.models import Membership
from inbox import sending
from inbox.composing import notes
from inbox.models import Conversation, Message
from tests.arrivals import write_in
from tests.cast import acting
from tests.crowd import InBackground
from tests.pages.conftest import Opens
from tests.pages.held import answered_late, holding, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def again(priya: Conversation) -> Callable[[str], Message]:
    """`again("One more thing")`: Priya writes on in the same thread."""
    Conversation.objects.filter(pk=priya.pk).update(external_id="t-1")
    us: Actor = system(priya.workspace, "test")

    def writes(body: str) -> Message:
        message: Message = InBackground(
            lambda: write_in(us, body, name="Priya Patel", client_id=priya.client_id, thread_id="t-1")
        ).result()
        return message

    return writes


def reply(page: Page) -> Locator:
    return page.get_by_label("Reply to Priya Patel")


def test_what_comes_in_while_one_writes_stands_at_the_end_and_holds_the_reply_at_once(
    opens_live: Opens, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    page = opens_live(agent, f"/inbox/{priya.pk}")
    page.keyboard.press("r")
    page.keyboard.type("Tuesday at t")
    fresh = again("Wait, Tuesday I am away.")
    expect(page.locator(f"#message-{fresh.pk}")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Priya Patel wrote just now: Wait, Tuesday I am away.")
    expect(page.get_by_role("button", name="Record anyway")).to_be_visible()
    expect(reply(page)).to_be_focused()
    page.keyboard.type("en?")
    expect(reply(page)).to_have_value("Tuesday at ten?")
    page.wait_for_timeout(1000)  # what is pressed in the very moment that the notice comes is not meant for it
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")
    assert Message.objects.filter(conversation=priya, direction="outbound").count() == 1


def test_what_one_sent_stands_there_once_whichever_comes_first(
    opens_live: Opens, agent: Membership, priya: Conversation
) -> None:
    page = opens_live(agent, f"/inbox/{priya.pk}")
    answers = answered_late(page, r"/reply")
    page.keyboard.press("r")
    page.keyboard.type("Gladly, see\nhttps://example.com/prices")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")
    assert len(answers) == 1
    expect(page.locator(".message--outbound")).to_have_count(1)
    answers[0]()
    expect(page.locator(".message--outbound")).to_contain_text("Recorded")
    expect(page.locator(".message--pending")).to_have_count(0)


def test_who_reads_further_up_stays_there_and_is_told(
    opens_live: Opens, agent: Membership, priya: Conversation, again: Callable[[str], Message]
) -> None:
    for number in range(30):
        again(f"Message {number}\n\nwith some lines")
    page = opens_live(agent, f"/inbox/{priya.pk}")
    thread = page.locator("[data-thread]")
    thread.evaluate("element => { element.scrollTop = 0; }")
    fresh = again("The newest of all")
    pill = page.get_by_role("button", name="New message")
    expect(pill).to_be_visible()
    assert thread.evaluate("element => element.scrollTop") == 0
    pill.click()
    expect(page.locator(f"#message-{fresh.pk}")).to_be_in_viewport()
    expect(pill).to_be_hidden()
    last = again("And one more")
    expect(page.locator(f"#message-{last.pk}")).to_be_in_viewport()


def test_two_see_that_the_other_is_there_and_writing_and_what_they_send(
    opens_live: Opens, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    anna = opens_live(agent, "/static/mark.svg")
    anna.clock.install()
    stream = holding(anna, r"/live\?after")
    anna.goto(anna.url.replace("/static/mark.svg", f"/inbox/{priya.pk}"))
    anna.clock.pause_at(datetime.now(UTC) + timedelta(seconds=10))  # before she would ask by herself
    listening = until(anna, stream)
    olga = opens_live(owner, f"/inbox/{priya.pk}")
    expect(olga.locator("#presence")).to_contain_text("Anna Agent is here")
    listening.continue_()
    expect(anna.locator("#presence")).to_contain_text("Olga Owner is here")  # who came before she could hear of it
    anna.clock.resume()
    anna.keyboard.press("r")
    anna.keyboard.type("Gladly.")
    expect(olga.locator("#presence")).to_contain_text("Anna Agent is writing…")
    reply(olga).fill("From me too.")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator(".message--outbound")).to_have_count(1)
    expect(olga.locator(".message--outbound")).to_contain_text("Gladly.")
    expect(olga.get_by_role("alert")).to_contain_text("Anna Agent wrote just now: Gladly.")
    expect(reply(olga)).to_have_value("From me too.")
    anna.close()
    expect(olga.locator("#presence")).not_to_contain_text("Anna Agent")


def test_a_note_and_what_became_of_a_message_show_by_themselves(
    opens_live: Opens, agent: Membership, owner: Membership, viewer: Membership, priya: Conversation
) -> None:
    olga = acting(owner)
    message = sending.reply(actor=olga, conversation=priya, body="Gladly.")
    page = opens_live(agent, f"/inbox/{priya.pk}")
    client = opens_live(viewer, f"/inbox/{priya.pk}")
    InBackground(lambda: notes.write(actor=olga, conversation=priya, body="Careful here")).result()
    expect(page.get_by_role("article", name="Note by Olga Owner")).to_contain_text("Careful here")
    InBackground(
        lambda: sending.report(actor=olga, message=message, state="failed", words="550 No such user")
    ).result()  # fmt: skip
    expect(page.locator(f"#state-{message.pk}")).to_contain_text("Not sent: 550 No such user")
    expect(client.locator(f"#state-{message.pk}")).to_contain_text("Not sent: 550 No such user")
    expect(client.get_by_text("Careful here")).to_have_count(0)
