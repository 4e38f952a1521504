"""Somebody is away: their conversation sleeps until the day they are back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import Actor, system
from accounts.models import Workspace
from activity.models import ReactionSwitch
from inbox.actions import close, override_intent
from inbox.intents.labels import Intent
from inbox.models import Conversation
from inbox.snoozing import wake_due
from tests.arrivals import ago, events, judged, wants, write_in
from tests.inbox.reacting import react

AWAY = Intent.OUT_OF_OFFICE


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    Workspace.objects.update(time_zone="Asia/Kolkata")
    workspace.refresh_from_db()
    return system(workspace, "test")


def snooze_absent(conversation: Conversation) -> Conversation:
    react("snooze_absent")
    conversation.refresh_from_db()
    return conversation


def in_days(days: int, zone: str = "Asia/Kolkata") -> datetime:
    """Nine in the morning of that day, or of the Monday after it, where the workspace is."""
    day = (timezone.now().astimezone(ZoneInfo(zone)) + timedelta(days=days)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def test_it_sleeps_until_nine_in_the_morning_of_the_day_that_is_named(us: Actor) -> None:
    back = in_days(20)
    conversation = snooze_absent(wants(us, AWAY, f"I am away and back on {back:%Y-%m-%d}."))
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", back)
    assert conversation.snoozed_until is not None
    assert conversation.snoozed_until.astimezone(UTC).strftime("%H:%M") == "03:30"
    assert events("conversation.snoozed", subject=conversation.pk) == ["conversation.snoozed"]


@pytest.mark.parametrize("day", ["Saturday", "Sunday"])
def test_who_is_back_at_the_weekend_reads_their_mail_on_monday(us: Actor, day: str) -> None:
    conversation = snooze_absent(wants(us, AWAY, f"I am away and back on {day}."))
    assert conversation.snoozed_until is not None
    woken = conversation.snoozed_until.astimezone(ZoneInfo("Asia/Kolkata"))
    assert (woken.strftime("%A %H:%M"), woken > timezone.now()) == ("Monday 09:00", True)


def test_their_morning_is_that_of_their_phone_number(us: Actor) -> None:
    back = in_days(20, "America/New_York")
    conversation = snooze_absent(
        wants(us, AWAY, f"Away, back on {back:%Y-%m-%d}.", channel="whatsapp", sender="+12125550123")
    )  # fmt: skip
    assert conversation.snoozed_until == back


def test_a_number_that_could_be_in_several_zones_says_nothing(us: Actor) -> None:
    back = in_days(20)
    conversation = snooze_absent(
        wants(us, AWAY, f"Away, back on {back:%Y-%m-%d}.", channel="whatsapp", sender="+79161234567")
    )  # fmt: skip
    assert conversation.snoozed_until == back


def test_how_long_it_lasts_counts_from_when_it_was_said(us: Actor) -> None:
    conversation = snooze_absent(wants(us, AWAY, "I am on leave for two weeks."))
    assert conversation.snoozed_until == in_days(14)


def test_where_no_day_is_named_it_sleeps_for_three_days(us: Actor) -> None:
    conversation = snooze_absent(wants(us, AWAY, "I am out of the office."))
    assert conversation.snoozed_until is not None
    left = conversation.snoozed_until - timezone.now()
    assert timedelta(days=3) - timedelta(minutes=1) < left <= timedelta(days=3)


def test_when_the_day_comes_it_wakes(us: Actor) -> None:
    conversation = snooze_absent(wants(us, AWAY, "I am out of the office."))
    assert wake_due() == 0
    Conversation.objects.update(snoozed_until=ago(seconds=1))
    assert wake_due() == 1
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("active", None)
    assert events("conversation.reopened") == ["conversation.reopened"]
    assert wake_due() == 0


def test_the_same_event_again_changes_nothing(us: Actor) -> None:
    conversation = snooze_absent(wants(us, AWAY, "I am out of the office."))
    version = conversation.version
    assert react("snooze_absent") == [False]
    conversation.refresh_from_db()
    assert conversation.version == version


def test_switched_off_nothing_happens(us: Actor, workspace: Workspace) -> None:
    ReactionSwitch.objects.create(workspace=workspace, reaction="snooze_absent", enabled=False)
    assert snooze_absent(wants(us, AWAY)).status == "active"


def test_what_needs_a_look_waits_for_one(us: Actor) -> None:
    assert snooze_absent(wants(us, AWAY, confidence=0.84)).status == "active"


def test_history_puts_nothing_to_sleep(us: Actor) -> None:
    assert snooze_absent(wants(us, AWAY, at=ago(days=3, minutes=1))).status == "active"
    assert snooze_absent(wants(us, AWAY, at=ago(days=2, hours=23), sender="b@example.com")).status == "snoozed"


def test_another_intent_puts_nothing_to_sleep(us: Actor) -> None:
    assert snooze_absent(wants(us, Intent.QUESTION)).status == "active"


def test_somebody_who_has_written_since_is_not_put_to_sleep(us: Actor) -> None:
    conversation = wants(us, AWAY, "I am out of the office.", thread_id="t")
    write_in(us, "Back early, please call me", thread_id="t")
    assert snooze_absent(conversation).status == "active"


def test_a_conversation_that_was_closed_since_stays_closed(us: Actor) -> None:
    conversation = wants(us, AWAY)
    conversation.refresh_from_db()
    close(actor=us, conversation=conversation)
    assert snooze_absent(conversation).status == "closed"


def test_a_corrected_intent_is_what_counts(us: Actor) -> None:
    conversation = wants(us, AWAY)
    conversation.refresh_from_db()
    override_intent(actor=us, conversation=conversation, intent=Intent.QUESTION)
    assert snooze_absent(conversation).status == "active"

    override_intent(actor=us, conversation=conversation, intent=AWAY)
    assert snooze_absent(conversation).status == "snoozed"


def test_the_answer_of_an_older_message_that_was_judged_late_puts_nothing_to_sleep(us: Actor) -> None:
    older = write_in(us, "I am away", thread_id="t", at=ago(hours=2))
    newer = write_in(us, "Question", thread_id="t", at=ago(hours=1))
    judged(newer, Intent.QUESTION)
    judged(older, AWAY)
    assert snooze_absent(older.conversation).status == "active"


@time_machine.travel("2026-06-24T12:00:00Z")  # a Wednesday: who is back at the weekend is not back before Monday
def test_a_day_that_is_over_puts_nothing_to_sleep(us: Actor) -> None:
    said = ago(days=2)
    text = f"I am away until {said.astimezone(ZoneInfo('Asia/Kolkata')):%Y-%m-%d}"
    assert snooze_absent(wants(us, AWAY, text, at=said)).status == "active"
