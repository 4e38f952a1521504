"""Whose turn it is, what is unread, what the list shows: computed from messages alone, in the order they were said."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from inbox import actions
from inbox.messages import PREVIEW
from inbox.models import Conversation
from inbox.sending import reply
from tests.arrivals import ago, events, write_in
from tests.cast import acting


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def say(us: Actor, direction: str, hours_ago: float, body: str = "") -> Conversation:
    message = write_in(
        us, body or f"{direction} {hours_ago}", direction=direction, at=ago(hours=hours_ago), thread_id="t"
    )  # fmt: skip
    return Conversation.objects.get(pk=message.conversation_id)


def test_a_message_of_theirs_makes_it_our_turn_and_an_answer_theirs(us: Actor, agent: Membership) -> None:
    conversation = say(us, "inbound", 1)
    assert (conversation.turn, conversation.unread_count) == ("ours", 1)
    reply(actor=acting(agent), conversation=conversation, body="Hello")
    conversation.refresh_from_db()
    assert (conversation.turn, conversation.unread_count) == ("theirs", 0)


def test_reading_never_clears_the_turn(us: Actor, agent: Membership) -> None:
    conversation = say(us, "inbound", 1)
    actions.mark_read(actor=acting(agent), conversation=conversation)
    assert (conversation.turn, conversation.unread_count) == ("ours", 0)
    actions.mark_unread(actor=acting(agent), conversation=conversation)
    assert (conversation.turn, conversation.unread_count) == ("ours", 1)


def test_no_reply_needed_makes_it_nobodys_turn_until_they_write_again(us: Actor, agent: Membership) -> None:
    conversation = say(us, "inbound", 2)
    actions.no_reply_needed(actor=acting(agent), conversation=conversation)
    assert conversation.turn == "nobody"
    assert say(us, "inbound", 1).turn == "ours"


@pytest.mark.parametrize(("late", "turn", "unread"), [("inbound", "theirs", 1), ("outbound", "ours", 2)])
def test_what_arrives_late_changes_neither_the_preview_nor_the_turn(
    us: Actor, late: str, turn: str, unread: int
) -> None:
    if late == "outbound":
        say(us, "inbound", 3)
    newest = say(us, "outbound" if late == "inbound" else "inbound", 1, "The newest")
    conversation = say(us, late, 2, "Said before")
    assert (conversation.last_message, conversation.last_message_at) == ("The newest", newest.last_message_at)
    assert (conversation.sorted_at, conversation.turn) == (newest.sorted_at, turn)
    assert conversation.unread_count == unread
    assert conversation.message_count == newest.message_count + 1


def test_a_late_message_of_theirs_keeps_the_time_of_the_newest(us: Actor) -> None:
    newest = say(us, "inbound", 1)
    late = say(us, "inbound", 5)
    assert late.last_inbound_at == newest.last_inbound_at
    assert late.last_outbound_at is None


@pytest.mark.parametrize("status", ["closed", "snoozed"])
def test_a_new_message_of_theirs_brings_the_conversation_back(us: Actor, status: str) -> None:
    conversation = say(us, "inbound", 3)
    until = timezone.now() + timedelta(days=1) if status == "snoozed" else None
    Conversation.objects.update(status=status, snoozed_until=until)
    conversation = say(us, "inbound", 1)
    assert (conversation.status, conversation.snoozed_until) == ("active", None)
    assert events("conversation.reopened", subject=conversation.pk) == ["conversation.reopened"]


@pytest.mark.parametrize(("direction", "hours_ago"), [("outbound", 1), ("inbound", 5)])
def test_our_own_message_and_a_late_one_leave_it_closed(us: Actor, direction: str, hours_ago: float) -> None:
    say(us, "inbound", 3)
    Conversation.objects.update(status="closed")
    assert say(us, direction, hours_ago).status == "closed"
    assert events("conversation.reopened") == []


def test_the_preview_is_the_new_text_on_one_line_and_no_longer_than_a_row(us: Actor) -> None:
    quoted = (
        "Yes,\n\n  gladly.\n\nOn Mon, 1 Jun 2026 at 10:00, We <we@example.com> wrote:\n> Would you like an offer?\n"
    )
    assert say(us, "inbound", 2, quoted).last_message == "Yes, gladly."
    long = say(us, "inbound", 1, "word " * 500).last_message
    assert (len(long), long[-1]) == (PREVIEW, "…")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from(["inbound", "outbound"]), st.integers(1, 50)), min_size=1, max_size=8))
def test_in_whichever_order_messages_arrive_the_newest_said_is_what_shows(
    us: Actor, said: list[tuple[str, int]]
) -> None:
    now = timezone.now()
    for direction, hours in said:
        at = now - timedelta(hours=hours)
        last = write_in(
            us, f"{direction} {hours}", direction=direction, at=at, sender="h@example.com", thread_id=str(now)
        )
    conversation = Conversation.objects.get(pk=last.conversation_id)
    newest = min(hours for _, hours in said)
    shown = [direction for direction, hours in said if hours == newest][-1]
    assert conversation.last_message == f"{shown} {newest}"
    assert conversation.turn == ("ours" if shown == "inbound" else "theirs")
    for side, column in (("inbound", "last_inbound_at"), ("outbound", "last_outbound_at")):
        times = [now - timedelta(hours=hours) for direction, hours in said if direction == side]
        assert getattr(conversation, column) == max(times, default=None)
