"""One verb over many: what was chosen at once, all that match as a run that can be interrupted; one undo for all."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Workspace
from activity import runs, undoing
from activity.models import Run, RunRow
from clients.models import Client
from contacts.models import Label
from crm.errors import Conflict, Invalid, NotAllowed
from inbox import actions, bulk
from inbox.deeds import deed
from inbox.models import Conversation
from tests import cast
from tests.arrivals import ago, events, write_in
from tests.cast import acting

Many = Callable[[int], list[Conversation]]


@pytest.fixture
def many(workspace: Workspace) -> Many:
    """That many people, who wrote one after another, the first longest ago."""

    def make(number: int) -> list[Conversation]:
        system = acting(workspace)
        return [
            write_in(system, f"Letter {n}", sender=f"lead{n}@example.com", at=ago(minutes=number - n)).conversation
            for n in range(number)
        ]

    return make


def statuses() -> list[str]:
    return list(Conversation.objects.order_by("sorted_at").values_list("status", flat=True))


def close_all(agent: Membership, **narrowed: str) -> Run:
    return bulk.do_to_matching(actor=acting(agent), given={"do": "close"}, split="ours", chosen=narrowed, client=None)


def do(agent: Membership, rows: Sequence[Conversation], **given: str) -> bulk.Outcome:
    actor = acting(agent)
    return bulk.do_to_chosen(actor=actor, ids=[row.pk for row in rows], deed=deed(actor, given))


def test_the_chosen_are_closed_and_all_taken_back_by_one_undo(many: Many, agent: Membership) -> None:
    rows = many(3)
    actions.close(actor=acting(agent), conversation=Conversation.objects.get(pk=rows[0].pk))
    outcome = do(agent, rows[:2], do="close")
    assert (len(outcome.changed), outcome.left) == (1, 1)
    assert outcome.told(deed(acting(agent), {"do": "close"})) == "Closed: 1 conversation. 1 left as they were."
    assert statuses() == ["closed", "closed", "active"]
    assert outcome.undo is not None
    undoing.take_back(acting(agent), outcome.undo.pk)
    assert statuses() == ["closed", "active", "active"]


def test_what_a_colleague_changed_since_is_not_overwritten_by_the_undo(
    many: Many, agent: Membership, owner: Membership
) -> None:
    rows = many(3)
    outcome = do(agent, rows, to=str(agent.pk))
    actions.assign(actor=acting(owner), conversation=Conversation.objects.get(pk=rows[1].pk), to=owner)
    assert outcome.undo is not None
    _, touched = undoing.take_back(acting(agent), outcome.undo.pk)
    assert {one.id for one in touched} == {rows[0].pk, rows[2].pk}
    assignees = dict(Conversation.objects.values_list("pk", "assignee"))
    assert assignees == {rows[0].pk: None, rows[1].pk: owner.pk, rows[2].pk: None}


def test_an_undo_that_finds_everything_changed_says_so_and_changes_nothing(
    many: Many, agent: Membership, owner: Membership
) -> None:
    outcome = do(agent, many(1), do="close")
    actions.reopen(actor=acting(owner), conversation=Conversation.objects.get())
    assert outcome.undo is not None
    with pytest.raises(Conflict, match="Somebody changed it since"):
        undoing.take_back(acting(agent), outcome.undo.pk)
    assert statuses() == ["active"]


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"do": "read"}, {"unread_count": 0}),
        ({"do": "close"}, {"status": "closed"}),
        ({"until": "soon"}, {"status": "snoozed"}),
    ],
)
def test_each_verb_goes_there_and_back(
    many: Many, agent: Membership, given: dict[str, str], changed: dict[str, object]
) -> None:
    rows = many(2)
    before = list(Conversation.objects.order_by("pk").values(*undone()))
    soon = (timezone.now() + timedelta(days=100)).isoformat()
    outcome = do(agent, rows, **{name: soon if name == "until" else value for name, value in given.items()})
    assert Conversation.objects.filter(**changed).count() == 2
    assert outcome.undo is not None
    undoing.take_back(acting(agent), outcome.undo.pk)
    assert list(Conversation.objects.order_by("pk").values(*undone())) == before


def undone() -> tuple[str, ...]:
    return ("status", "snoozed_until", "assignee_id", "turn", "unread_count", "intent")


def test_a_label_is_put_on_those_that_lack_it_and_comes_off_those_alone(many: Many, agent: Membership) -> None:
    rows, label = many(2), Label.objects.create(workspace=agent.workspace, name="VIP")
    actions.label(actor=acting(agent), conversation=Conversation.objects.get(pk=rows[0].pk), label=label)
    outcome = do(agent, rows, label=str(label.pk))
    assert (len(outcome.changed), outcome.left) == (1, 1)
    assert outcome.undo is not None
    undoing.take_back(acting(agent), outcome.undo.pk)
    assert set(label.conversations.all()) == {rows[0]}


def test_who_may_not_is_refused_and_nothing_happens(
    many: Many, agent: Membership, viewer: Membership, other_client_agent: Membership
) -> None:
    rows = many(2)
    with pytest.raises(NotAllowed):
        do(viewer, rows, do="close")
    with pytest.raises(Invalid, match="cannot answer conversations of this client"):
        do(agent, rows, to=str(other_client_agent.pk))
    assert len(do(other_client_agent, rows, do="close").changed) == 0
    assert statuses() == ["active", "active"]


def test_a_hundred_is_the_most_that_is_chosen_by_hand(many: Many, agent: Membership) -> None:
    rows = many(1) * 1
    with pytest.raises(Invalid, match="Choose at least one conversation"):
        do(agent, [], do="close")
    stranger = Conversation.objects.get()
    ids = [stranger.pk, *(Run(workspace=agent.workspace).pk for _ in range(100))]
    with pytest.raises(Invalid, match="At most 100 at a time"):
        bulk.do_to_chosen(actor=acting(agent), ids=ids, deed=deed(acting(agent), {"do": "close"}))
    assert [row.status for row in rows] == ["active"]


def test_all_that_match_are_done_in_steps_and_counted(many: Many, agent: Membership) -> None:
    many(7)
    with patch.object(bulk, "STEP", 3):
        run = runs.finish(close_all(agent))
    assert (run.total, run.done_count, run.skipped_count, run.failed_count) == (7, 7, 0, 0)
    assert (run.title, run.state) == ("Close: 7 conversations", "done")
    assert set(statuses()) == {"closed"}
    assert len(events("conversation.closed")) == 7


def test_a_run_that_is_killed_in_the_middle_goes_on_where_it_was_and_does_nothing_twice(
    many: Many, agent: Membership
) -> None:
    many(7)
    run = close_all(agent)
    with patch.object(bulk, "STEP", 3):
        runs.work_off(most=1)
        killed_in_the_middle_of_a_step(run, agent)
        assert sorted(statuses()) == ["active"] * 4 + ["closed"] * 3
        Run.objects.filter(pk=run.pk).update(leased_until=None, due_at=timezone.now())
        run.refresh_from_db()
        run = runs.finish(run)
    assert (run.done_count, run.skipped_count, RunRow.objects.filter(run=run).count()) == (7, 0, 7)
    assert len(events("conversation.closed")) == 7


def killed_in_the_middle_of_a_step(run: Run, agent: Membership) -> None:
    """Its transaction never commits: neither what it did nor what it counted."""
    fresh = Run.objects.get(pk=run.pk)
    with transaction.atomic():
        bulk.step(fresh, acting(agent))
        transaction.set_rollback(True)


def test_what_comes_to_match_later_and_what_others_touch_meanwhile_is_left(
    many: Many, agent: Membership, owner: Membership, workspace: Workspace
) -> None:
    rows = many(4)
    run = close_all(agent)
    later = write_in(acting(workspace), "Too late", sender="late@example.com").conversation
    actions.assign(actor=acting(owner), conversation=Conversation.objects.get(pk=rows[0].pk), to=owner)
    actions.close(actor=acting(owner), conversation=Conversation.objects.get(pk=rows[1].pk))
    run = runs.finish(run)
    assert (run.total, run.done_count, run.skipped_count) == (4, 2, 2)
    assert Conversation.objects.get(pk=later.pk).status == "active"
    assert Conversation.objects.get(pk=rows[0].pk).status == "active"


def test_a_whole_run_is_taken_back_but_for_what_changed_since(many: Many, agent: Membership, owner: Membership) -> None:
    rows = many(5)
    with patch.object(bulk, "STEP", 2):
        run = runs.finish(close_all(agent))
    actions.snooze(
        actor=acting(owner),
        conversation=Conversation.objects.get(pk=rows[2].pk),
        until=timezone.now() + timedelta(days=1),
    )
    back = runs.finish(runs.take_back(acting(agent), run))
    assert (back.done_count, back.skipped_count) == (4, 1)
    assert statuses() == ["active", "active", "snoozed", "active", "active"]


def test_only_what_the_filter_and_the_chosen_client_leave_is_touched(
    workspace: Workspace, agent: Membership, harbour: Client, meadow: Client
) -> None:
    system = acting(workspace)
    for client in (harbour, meadow):
        for channel, sender in (("email", "a@example.com"), ("sms", "+15551230001")):
            write_in(system, "Hi", sender=sender, channel=channel, client_id=client.pk)
    run = runs.finish(bulk.do_to_matching(
        actor=acting(agent), given={"do": "close"}, split="ours", chosen={"channel": "sms"}, client=str(harbour.pk)
    ))  # fmt: skip
    assert (run.total, run.done_count) == (1, 1)
    closed = Conversation.objects.get(status="closed")
    assert (closed.channel, closed.client_id) == ("sms", harbour.pk)


def test_nobody_reaches_past_what_they_may_see(
    many: Many, other_client_agent: Membership, workspace: Workspace
) -> None:
    many(2)
    with pytest.raises(Invalid, match="Nothing matches any more"):
        close_all(other_client_agent)
    outsider = cast.member(cast.a_workspace(), "Otto Other")
    with pytest.raises(Invalid, match="Nothing matches any more"):
        close_all(outsider)
    assert set(statuses()) == {"active"}


def test_a_label_that_is_deleted_meanwhile_ends_the_run_with_the_reason(many: Many, agent: Membership) -> None:
    many(2)
    label = Label.objects.create(workspace=agent.workspace, name="VIP")
    run = bulk.do_to_matching(
        actor=acting(agent), given={"label": str(label.pk)}, split="all", chosen={}, client=None
    )  # fmt: skip
    label.delete()
    run = runs.finish(run)
    assert (run.done_count, run.failed_count) == (0, 1)
    assert "There is no label with this id." in RunRow.objects.get().words


@pytest.mark.parametrize("given", [{}, {"do": "sing"}, {"label": ""}, {"until": "soon"}, {"to": "x"}])
def test_what_is_no_verb_is_refused(agent: Membership, given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        deed(acting(agent), given)
