"""How a deal is doing: read from its conversation, never from edits of the deal."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor, system
from accounts.models import Workspace
from deals import actions
from deals.health import reason, with_health
from deals.models import Deal
from inbox import actions as conversations
from inbox import follow_ups
from inbox.models import Conversation, FollowUp
from tests.arrivals import ago, write_in


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def deal_after(us: Actor, *said: tuple[str, float], stage: str = "new") -> Deal:
    """A deal whose conversation holds messages of these directions, so many days ago. `new` allows three days."""
    for direction, days in said:
        conversation = write_in(us, direction=direction, at=ago(days=days), thread_id="t").conversation
    return actions.create(actor=us, conversation_id=conversation.pk, stage=stage)


def shown(deal: Deal) -> tuple[str, str]:
    now = timezone.now()
    seen = with_health(Deal.objects.select_related("stage"), now).get(pk=deal.pk)
    return seen.health, reason(seen, now)


def test_a_reply_that_waits_for_us_is_louder_than_everything(us: Actor) -> None:
    deal = deal_after(us, ("outbound", 20), ("inbound", 9))
    assert shown(deal) == ("unanswered", "Their reply waits for an answer")


@pytest.mark.parametrize(
    ("days", "health", "why"),
    [
        (3.1, "stalled", "Silent for 3 days; New allows 3"),
        (9, "stalled", "Silent for 9 days; New allows 3"),
        (2.9, "healthy", "Last heard from 2 days ago"),
        (1.5, "healthy", "Last heard from 1 day ago"),
        (0.5, "healthy", "In contact today"),
    ],
)
def test_silence_is_measured_against_the_stage(us: Actor, days: float, health: str, why: str) -> None:
    assert shown(deal_after(us, ("inbound", days), ("outbound", days - 0.1))) == (health, why)


def test_another_stage_allows_another_silence(us: Actor) -> None:
    deal = deal_after(us, ("inbound", 5), ("outbound", 4))
    assert shown(deal)[0] == "stalled"
    actions.move(actor=us, deal=deal, stage="contacted")
    assert shown(deal)[0] == "healthy"


def test_writing_to_somebody_who_is_silent_does_not_wake_the_deal(us: Actor) -> None:
    assert shown(deal_after(us, ("inbound", 9), ("outbound", 0.1)))[0] == "stalled"


def test_editing_the_deal_does_not_wake_it(us: Actor) -> None:
    deal = deal_after(us, ("inbound", 9), ("outbound", 8))
    actions.change(actor=us, deal=deal, notes="Still there", value=100)
    assert shown(deal)[0] == "stalled"


def test_a_follow_up_ahead_stops_the_clock_until_it_is_due_or_done(us: Actor) -> None:
    deal = deal_after(us, ("inbound", 9), ("outbound", 8))
    due = timezone.now() + timedelta(days=1)
    follow_up = follow_ups.create(actor=us, contact_id=deal.contact_id, due_at=due)
    assert shown(deal)[0] == "healthy"
    FollowUp.objects.update(due_at=ago(seconds=1))
    assert shown(deal)[0] == "stalled"
    follow_up.refresh_from_db()
    follow_ups.change(actor=us, follow_up=follow_up, due_at=due)
    follow_ups.change(actor=us, follow_up=follow_up, done=True)
    assert shown(deal)[0] == "stalled"


@pytest.mark.parametrize("verb", ["no_reply_needed", "close", "snooze"])
def test_what_was_dealt_with_is_not_unanswered(us: Actor, verb: str) -> None:
    deal = deal_after(us, ("inbound", 1))
    conversation = Conversation.objects.get()
    if verb == "snooze":
        conversations.snooze(actor=us, conversation=conversation, until=timezone.now() + timedelta(days=1))
    else:
        getattr(conversations, verb)(actor=us, conversation=conversation)
    assert shown(deal)[0] == "healthy"


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_a_closed_deal_is_neither(us: Actor, stage: str) -> None:
    assert shown(deal_after(us, ("inbound", 30), stage=stage)) == ("closed", "Closed")


def test_a_deal_without_a_conversation_counts_from_its_beginning(us: Actor) -> None:
    contact = write_in(us).conversation.contact
    deal = actions.create(actor=us, contact_id=contact.pk)
    assert shown(deal) == ("healthy", "In contact today")
    Deal.objects.update(created_at=ago(days=4))
    assert shown(deal)[0] == "stalled"


def test_a_stage_without_a_limit_never_stalls(us: Actor) -> None:
    deal = deal_after(us, ("inbound", 400), ("outbound", 399))
    type(deal.stage).objects.update(rot_days=None)
    assert shown(deal)[0] == "healthy"
