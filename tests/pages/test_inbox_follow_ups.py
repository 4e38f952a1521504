"""Follow-ups on the pages: planned, done, moved, and each taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Membership
from activity import undoing
from activity.models import Undo
from crm.errors import Conflict
from inbox import follow_ups
from inbox.models import Conversation, FollowUp
from tests.arrivals import events
from tests.cast import acting

Browse = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def call(priya: Conversation, agent: Membership) -> FollowUp:
    due = timezone.now() + timedelta(days=1)
    return follow_ups.create(
        actor=acting(agent), conversation_id=priya.pk, due_at=due, note="Call her", owner_id=agent.pk
    )  # fmt: skip


def planned(browser: Browser, priya: Conversation, **typed: str) -> int:
    given = {"contact": str(priya.contact_id), "due_at": "2027-03-01T09:00:00+00:00", "note": "Call", **typed}
    return browser.post("/inbox/follow-ups/new", given, headers=HTMX).status_code


def test_one_is_planned_for_oneself_and_answered_as_an_item(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    browser = browse(agent)
    answer = browser.post(
        "/inbox/follow-ups/new",
        {"contact": str(priya.contact_id), "conversation": str(priya.pk), "due_at": "2027-03-01T09:00:00+00:00",
         "note": " Call her "},
        headers=HTMX,
    )  # fmt: skip
    made = FollowUp.objects.get()
    assert (made.note, made.owner, made.conversation_id) == ("Call her", agent, priya.pk)
    assert made.due_at == parse_datetime("2027-03-01T09:00:00+00:00")
    words = answer.content.decode()
    assert f'id="follow-up-{made.pk}"' in words
    assert "Follow-up planned." in words
    assert f"/undo/{Undo.objects.get().pk}" in words


def test_a_time_picked_by_hand_is_on_the_clock_of_ones_own_zone(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    agent.user.time_zone = "Europe/Berlin"
    agent.user.save()
    planned(browse(agent), priya, at="2027-07-01T09:30")
    assert FollowUp.objects.get().due_at == parse_datetime("2027-07-01T07:30:00+00:00")


def test_an_hour_that_the_clocks_skip_is_taken_for_the_next(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    agent.user.time_zone = "Europe/Berlin"
    agent.user.save()
    planned(browse(agent), priya, at="2027-03-28T02:30")
    assert FollowUp.objects.get().due_at == parse_datetime("2027-03-28T01:30:00+00:00")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"due_at": ""}, "Say when it is due."),
        ({"due_at": "soon"}, "Say when it is due."),
        ({"due_at": "9999-12-31T23:59:59-12:00"}, "Say when it is due."),
        ({"note": "n" * 2001}, "At most 2,000 characters."),
        ({"contact": "x"}, "This is not an id."),
        ({"contact": ""}, "Say whom it is about"),
    ],
)
def test_what_cannot_be_planned_is_told_in_a_sentence(
    browse: Browse, agent: Membership, priya: Conversation, typed: dict[str, str], sentence: str
) -> None:
    given = {"contact": str(priya.contact_id), "due_at": "2027-03-01T09:00:00+00:00", **typed}
    answer = browse(agent).post("/inbox/follow-ups/new", given, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not FollowUp.objects.exists()


def test_done_is_done_once_and_taken_back(browse: Browse, agent: Membership, call: FollowUp) -> None:
    browser = browse(agent)
    answer = browser.post(f"/inbox/follow-ups/{call.pk}/done", headers=HTMX)
    assert "follow-up--done" in answer.content.decode()
    browser.post(f"/inbox/follow-ups/{call.pk}/done", headers=HTMX)
    assert events("follow_up.done") == ["follow_up.done"]
    _, touched = undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert [one.subject for one in touched] == ["follow_up", "contact"]
    call.refresh_from_db()
    assert call.done_at is None


def test_reopening_changing_and_planning_are_taken_back_too(browse: Browse, agent: Membership, call: FollowUp) -> None:
    browser, due = browse(agent), call.due_at
    browser.post(f"/inbox/follow-ups/{call.pk}/change", {"due_at": "2027-03-01T09:00:00+00:00", "note": "Write"})
    call.refresh_from_db()
    assert (call.note, call.due_at) == ("Write", parse_datetime("2027-03-01T09:00:00+00:00"))
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)
    call.refresh_from_db()
    assert (call.note, call.due_at, call.owner) == ("Call her", due, agent)
    FollowUp.objects.filter(pk=call.pk).update(done_at=datetime(2026, 1, 1, tzinfo=due.tzinfo))
    browser.post(f"/inbox/follow-ups/{call.pk}/done", {"off": "yes"})
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)
    call.refresh_from_db()
    assert call.done_at is not None


def test_a_planned_one_goes_away_again(browse: Browse, agent: Membership, priya: Conversation) -> None:
    planned(browse(agent), priya)
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert not FollowUp.objects.exists()


def test_what_a_colleague_changed_since_is_not_taken_back(
    browse: Browse, agent: Membership, owner: Membership, call: FollowUp
) -> None:
    browse(agent).post(f"/inbox/follow-ups/{call.pk}/done")
    call.refresh_from_db()
    follow_ups.change(actor=acting(owner), follow_up=call, note="Called")
    with pytest.raises(Conflict, match="Somebody changed this follow-up since"):
        undoing.take_back(acting(agent), Undo.objects.get().pk)
    call.refresh_from_db()
    assert (call.note, call.done_at is None) == ("Called", False)


def test_a_plain_form_goes_back_to_the_thread(browse: Browse, agent: Membership, call: FollowUp) -> None:
    answer = browse(agent).post(f"/inbox/follow-ups/{call.pk}/done?split=all")
    assert (answer.status_code, answer["Location"]) == (303, f"/inbox/{call.conversation_id}?split=all")


def test_only_who_sees_the_client_and_may_write_gets_at_them(
    browse: Browse, viewer: Membership, other_client_agent: Membership, call: FollowUp
) -> None:
    for path in (f"/inbox/follow-ups/{call.pk}/done", f"/inbox/follow-ups/{call.pk}/change"):
        assert browse(viewer).post(path).status_code == 403
        assert browse(other_client_agent).post(path).status_code == 404
    assert browse(other_client_agent).get(f"/inbox/follow-ups/of/{call.contact_id}").status_code == 404
    assert "Call her" in browse(viewer).get(f"/inbox/follow-ups/of/{call.contact_id}").content.decode()
    call.refresh_from_db()
    assert call.version == 1
