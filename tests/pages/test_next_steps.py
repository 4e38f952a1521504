"""What a message proposes to do next: one press each, with its words, and taken back with one press."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Workspace
from activity import undoing
from activity.models import Undo
from clients.models import Client
from contacts.actions import create as create_contact
from contacts.models import Contact
from crm.errors import Conflict
from deals import actions as deals
from deals.models import Deal
from inbox import actions
from inbox.composing.models import StepAnswer
from inbox.intents.labels import Intent
from inbox.messages import Draft, append, lock
from inbox.models import Conversation, FollowUp
from tests.cast import acting
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true"}
REFERS = "My colleague Dana Wu in purchasing decides, write to her at dana@example.com."


# Once for all that a test writes and asks for: midnight may come in between.
TODAY = timezone.now().astimezone(ZoneInfo("UTC"))


def at_three(days: int) -> datetime:
    """15:00 on the day that many days ahead, where the workspace is."""
    ahead = TODAY + timedelta(days=days)
    return ahead.replace(hour=15, minute=0, second=0, microsecond=0)


@pytest.fixture
def booking(workspace: Workspace, harbour: Client) -> Conversation:
    return wrote(workspace, harbour, "Bo King", f"Gladly, {at_three(5):%-d %B} at 3pm?", Intent.BOOKING)


@pytest.fixture
def away(workspace: Workspace, harbour: Client) -> Conversation:
    return wrote(
        workspace, harbour, "Away Person", f"I am away, back on {at_three(20):%Y-%m-%d}.", Intent.OUT_OF_OFFICE
    )


@pytest.fixture
def referring(workspace: Workspace, harbour: Client) -> Conversation:
    return wrote(workspace, harbour, "Priya Nair", REFERS, Intent.QUESTION)


def message_of(conversation: Conversation) -> str:
    return str(conversation.messages.order_by("-position")[0].pk)


def press(browser: Browser, conversation: Conversation, step: str, **typed: str) -> str:
    given = {"message": message_of(conversation), **typed}
    answer = browser.post(f"/inbox/{conversation.pk}/next/{step}", given, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(browser: Browser, conversation: Conversation) -> str:
    page = browser.get(f"/inbox/{conversation.pk}").content.decode()
    return page.partition('id="next-steps"')[2].partition('id="composer"')[0]


def take_back(agent: Membership) -> None:
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)


def test_an_absence_that_nothing_snoozed_is_one_press_away(
    browse: Browse, agent: Membership, away: Conversation
) -> None:  # fmt: skip
    browser = browse(agent)
    strip = shown(browser, away)
    until = at_three(20).replace(hour=9)
    until += timedelta(days={5: 2, 6: 1}.get(until.weekday(), 0))
    assert f"Snooze until {until:%a %-d %b}, 09:00" in strip
    assert f"<q>{at_three(20):%Y-%m-%d}</q>" in strip
    press(browser, away, "snooze")
    away.refresh_from_db()
    assert (away.status, away.snoozed_until) == ("snoozed", until)
    take_back(agent)
    away.refresh_from_db()
    assert away.status == "active"
    assert "Snooze until" in shown(browser, away)


def test_what_the_reaction_snoozed_is_not_proposed(browse: Browse, agent: Membership, away: Conversation) -> None:
    actions.snooze(actor=acting(agent), conversation=away, until=at_three(20))
    assert "step-absence" not in shown(browse(agent), away)


def test_a_proposed_time_becomes_a_follow_up_with_its_words(
    browse: Browse, agent: Membership, booking: Conversation
) -> None:  # fmt: skip
    browser = browse(agent)
    assert f"Follow up {at_three(5):%a %-d %b}, 15:00</button>" in shown(browser, booking)
    answer = press(browser, booking, "follow-up")
    made = FollowUp.objects.get()
    assert (made.due_at, made.owner, made.conversation) == (at_three(5), agent, booking)
    assert made.note == f"They wrote: “{at_three(5):%-d %B} at 3pm”"
    assert "step-time" not in answer
    assert f"/undo/{Undo.objects.get().pk}" in answer
    assert "step-time" not in shown(browser, booking)
    take_back(agent)
    assert not FollowUp.objects.exists()
    assert "step-time" in shown(browser, booking)


def test_the_same_press_moves_the_deal_on_and_one_undo_takes_back_both(
    browse: Browse, agent: Membership, owner: Membership, booking: Conversation
) -> None:  # fmt: skip
    deal = deals.create(actor=acting(owner), conversation_id=booking.pk, stage="contacted", title="Bread")
    browser = browse(agent)
    assert f"Follow up {at_three(5):%a %-d %b}, 15:00 · move to Interested" in shown(browser, booking)
    answer = press(browser, booking, "follow-up-and-move", stage="interested")
    assert "“Bread” moved to Interested." in answer
    assert (Deal.objects.get().stage.key, FollowUp.objects.count()) == ("interested", 1)
    take_back(agent)
    assert (Deal.objects.get(pk=deal.pk).stage.key, FollowUp.objects.count()) == ("contacted", 0)


def test_a_deal_that_a_colleague_moved_on_is_left_there(
    browse: Browse, agent: Membership, owner: Membership, booking: Conversation
) -> None:  # fmt: skip
    deals.create(actor=acting(owner), conversation_id=booking.pk, stage="negotiating", title="Bread")
    browser = browse(agent)
    assert "move to" not in shown(browser, booking)
    typed = {"message": message_of(booking), "stage": "interested"}
    answer = browser.post(f"/inbox/{booking.pk}/next/follow-up-and-move", typed, headers=HTMX)
    assert answer.status_code == 409
    assert "moved meanwhile" in answer.content.decode()
    assert (FollowUp.objects.count(), StepAnswer.objects.count()) == (0, 0)


def test_whom_they_name_is_added_and_each_shows_the_other(
    browse: Browse, agent: Membership, referring: Conversation
) -> None:  # fmt: skip
    browser = browse(agent)
    assert "Add Dana Wu" in shown(browser, referring)
    press(browser, referring, "person")
    made = Contact.objects.get(email="dana@example.com")
    assert (made.name, made.source, made.client_id) == ("Dana Wu", "referral", referring.client_id)
    assert made.custom_fields == {"Referred by": "Priya Nair"}
    referring.contact.refresh_from_db()
    assert referring.contact.custom_fields == {"Referred to": "Dana Wu"}
    take_back(agent)
    referring.contact.refresh_from_db()
    assert referring.contact.custom_fields == {}
    assert not Contact.objects.filter(email="dana@example.com", deleted_at=None).exists()
    assert "Add Dana Wu" in shown(browser, referring)


def test_who_is_known_already_is_opened(browse: Browse, agent: Membership, referring: Conversation) -> None:
    dana = create_contact(
        actor=acting(agent), name="Dana Wu-Smith", email="dana@example.com", client_id=referring.client_id
    )
    strip = shown(browse(agent), referring)
    assert "Open Dana Wu-Smith" in strip
    assert f'href="/contacts/{dana.pk}' in strip


def test_our_own_people_are_nobody_new(
    browse: Browse, agent: Membership, workspace: Workspace, harbour: Client
) -> None:  # fmt: skip
    text = f"I spoke to your colleague, {agent.user.email}, already."
    assert "step-person" not in shown(browse(agent), wrote(workspace, harbour, "Priya Nair", text, Intent.QUESTION))


def test_not_now_is_remembered_for_the_message(browse: Browse, agent: Membership, booking: Conversation) -> None:
    browser = browse(agent)
    assert "step-time" not in press(browser, booking, "not-now", key="time")
    assert "step-time" not in shown(browser, booking)
    assert not FollowUp.objects.exists()
    take_back(agent)
    assert "step-time" in shown(browser, booking)


def test_the_same_press_twice_does_it_once(browse: Browse, agent: Membership, booking: Conversation) -> None:
    browser = browse(agent)
    press(browser, booking, "follow-up")
    again = browser.post(f"/inbox/{booking.pk}/next/follow-up", {"message": message_of(booking)}, headers=HTMX)
    assert again.status_code == 409
    assert FollowUp.objects.count() == 1


def test_a_proposal_of_an_older_message_is_refused(browse: Browse, agent: Membership, booking: Conversation) -> None:
    seen = message_of(booking)
    with transaction.atomic():
        append(actor=acting(agent), conversation=lock(booking), draft=Draft(direction="inbound", body="Forget it."))
    answer = browse(agent).post(f"/inbox/{booking.pk}/next/follow-up", {"message": seen}, headers=HTMX)
    assert (answer.status_code, FollowUp.objects.count()) == (409, 0)


def test_without_a_script_the_page_comes_back(browse: Browse, agent: Membership, booking: Conversation) -> None:
    answer = browse(agent).post(f"/inbox/{booking.pk}/next/follow-up", {"message": message_of(booking)})
    assert (answer.status_code, answer["Location"]) == (303, f"/inbox/{booking.pk}")
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("step", ["follow-up", "follow-up-and-move", "snooze", "person", "not-now"])
def test_who_only_reads_is_proposed_nothing_and_may_do_nothing(
    browse: Browse, viewer: Membership, booking: Conversation, step: str
) -> None:  # fmt: skip
    browser = browse(viewer)
    assert 'id="next-steps"' not in browser.get(f"/inbox/{booking.pk}").content.decode()
    typed = {"message": message_of(booking), "key": "time"}
    assert browser.post(f"/inbox/{booking.pk}/next/{step}", typed, headers=HTMX).status_code == 403
    assert (FollowUp.objects.count(), StepAnswer.objects.count()) == (0, 0)


def test_an_undo_that_cannot_take_back_all_takes_back_nothing(
    browse: Browse, agent: Membership, owner: Membership, booking: Conversation
) -> None:  # fmt: skip
    deal = deals.create(actor=acting(owner), conversation_id=booking.pk, stage="contacted", title="Bread")
    press(browse(agent), booking, "follow-up-and-move", stage="interested")
    deals.move(actor=acting(owner), deal=Deal.objects.get(pk=deal.pk), stage="negotiating")
    with pytest.raises(Conflict, match="changed since"):
        take_back(agent)
    assert (Deal.objects.get().stage.key, FollowUp.objects.count()) == ("negotiating", 1)


def test_what_is_proposed_costs_the_same_beside_much_else(
    browse: Browse, agent: Membership, owner: Membership, workspace: Workspace, harbour: Client
) -> None:  # fmt: skip
    text = f"Gladly, {at_three(5):%-d %B} at 3pm. {REFERS}"
    both = wrote(workspace, harbour, "Bo King", text, Intent.BOOKING)
    deals.create(actor=acting(owner), conversation_id=both.pk, stage="new")
    browser = browse(agent)
    few = _asked(browser, both)
    for number in range(30):
        deals.create(actor=acting(owner), conversation_id=both.pk, stage="new")
        create_contact(actor=acting(owner), name="Dana", email=f"d{number}@example.com", client_id=harbour.pk)
    assert _asked(browser, both) == few
    assert shown(browser, both).count('class="steps__one"') == 2


def _asked(browser: Browser, conversation: Conversation) -> int:
    with CaptureQueriesContext(connection) as questions:
        browser.get(f"/inbox/{conversation.pk}", headers=HTMX)
    return len(questions)
