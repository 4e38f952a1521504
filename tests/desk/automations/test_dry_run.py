"""What the automations would have done, against what they really did."""

from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from accounts.actors import system
from accounts.models import Membership, Workspace
from activity import rehearsing, runs
from activity.consumers import READERS
from activity.models import Event, ReactionSwitch, Run, RunRow
from activity.rehearsing import REHEARSALS, Rehearsal
from clients.models import Client
from contacts.models import Contact
from crm.transactions import read_only
from inbox.intents.labels import Intent
from inbox.models import FollowUp
from tests import cast
from tests.arrivals import wants
from tests.cast import acting
from tests.desk.automations.histories import History

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("assign_round_robin", "close_uninterested", "follow_up_offline", "open_deal", "snooze_absent")
SEED = 1
Line = tuple[Any, ...]


def rehearsed(owner: Membership, name: str) -> list[RunRow]:
    run = runs.finish(rehearsing.start(acting(owner), name))
    assert (run.state, run.last_error) == ("done", "")
    return list(RunRow.objects.filter(run=run).order_by("number"))


def would(owner: Membership) -> dict[str, list[Line]]:
    """What each would have done, in order: the conversation, and what about it."""
    return {name: [_line(name, row) for row in rehearsed(owner, name) if _line(name, row)] for name in NAMES}


def _line(name: str, row: RunRow) -> Line:
    deed = row.before
    if name == "close_uninterested":
        return (str(row.subject_id),) if deed["closes"] else ()
    if name == "snooze_absent":
        return str(row.subject_id), _minute(deed["until"])
    return (str(row.subject_id), deed["member"]) if "member" in deed else (str(row.subject_id),)


def did(workspace: Workspace) -> dict[str, list[Line]]:
    """What each really did, as the log tells it."""
    done: dict[str, list[Line]] = {name: [] for name in NAMES}
    for event in Event.objects.filter(workspace=workspace, actor_kind="system", actor_name__in=NAMES).order_by("pk"):
        told, payload = done[event.actor_name], event.payload
        if event.type == "conversation.assigned":
            told.append((str(event.subject_id), payload["assigned_to"]))
        elif event.type == "conversation.closed":
            told.append((str(event.subject_id),))
        elif event.type == "follow_up.created":
            told.append((payload["conversation_id"], _owner(event)))
        elif event.type == "deal.created":
            told.append((payload["conversation_id"],))
        elif event.type == "conversation.snoozed":
            told.append((str(event.subject_id), _minute(payload["until"])))
    return done


def _owner(event: Event) -> str | None:
    owner = FollowUp.objects.get(pk=event.subject_id).owner_id
    return str(owner) if owner else None


def _minute(moment: str) -> datetime | None:
    """What counts from the moment of the reaction comes a moment later than what counts from the event."""
    parsed = parse_datetime(moment)
    return parsed and parsed.replace(second=0, microsecond=0)


@pytest.fixture
def cast_of(harbour: Client, meadow: Client, workspace: Workspace) -> list[Membership]:
    return [cast.member(workspace, "Anna Agent"), cast.member(workspace, "Mina Meadow", clients=[meadow])]


def test_what_it_says_of_a_month_at_random_is_what_the_automations_did_and_it_changes_nothing(
    workspace: Workspace, owner: Membership, cast_of: list[Membership], harbour: Client, meadow: Client
) -> None:
    history = History(system(workspace, "test"), [None, harbour, meadow], cast_of, Random(SEED))  # noqa: S311  (a story, no secret)
    history.go_on(30, by_hand=True)
    before = _dump()
    said = would(owner)
    assert _dump() == before
    done = did(workspace)
    _forget_whose(said, done)
    assert said == done
    assert all(done.values()), "each automation had something to do"


def _forget_whose(*told: dict[str, list[Line]]) -> None:
    """A follow-up goes to somebody else once the conversation is assigned, which here happens at the same time."""
    for one in told:
        one["follow_up_offline"] = [line[:1] for line in one["follow_up_offline"]]


def test_switched_off_it_says_what_the_same_month_would_have_brought_switched_on(
    workspace: Workspace, owner: Membership
) -> None:
    told: list[dict[str, list[int]]] = []
    twin = cast.a_workspace(slug="twin")
    boss = cast.member(twin, "Tina Twin", "owner")
    ReactionSwitch.objects.bulk_create(ReactionSwitch(workspace=twin, reaction=name, enabled=False) for name in NAMES)
    for space, tell in ((workspace, lambda: did(workspace)), (twin, lambda: would(boss))):
        agent = cast.member(space, f"Agent of {space.slug}")
        history = History(system(space, "test"), [None], [agent], Random(SEED))  # noqa: S311  (a story, no secret)
        history.go_on(20, by_hand=False)
        places = {str(pk): number for number, pk in enumerate(history.threads)}
        told.append({name: [places[line[0]] for line in lines] for name, lines in tell().items()})
    assert did(twin) == {name: [] for name in NAMES}
    assert told[1] == told[0]
    assert all(told[0].values())


def _dump() -> dict[str, tuple[Any, ...]]:
    """Of each table all there is in it and who wrote it last, but for what a dry run itself is kept in."""
    tables = connection.introspection.table_names()
    told = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables) - {"activity_run", "activity_runrow", "django_session"}):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*), max(xmin::text::bigint), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t"
            )
            told[table] = cursor.fetchone()
    return told


def test_a_judgement_that_would_write_is_refused_by_the_database(
    workspace: Workspace, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(system(workspace, "test"), Intent.INTERESTED)

    def writes(*_: Any) -> list[Any]:
        Contact.objects.update(name="Somebody else")
        return []

    monkeypatch.setitem(REHEARSALS, "open_deal", Rehearsal(REHEARSALS["open_deal"].narrow, writes))
    rehearsing.start(acting(owner), "open_deal")
    runs.work_off(most=1)
    run = Run.objects.get()
    assert "read-only transaction" in run.last_error
    assert not Contact.objects.filter(name="Somebody else").exists()


def test_after_the_read_only_block_the_transaction_writes_again(workspace: Workspace) -> None:
    with pytest.raises(DatabaseError, match="read-only"), read_only():
        Workspace.objects.update(name="No")
    with connection.constraint_checks_disabled(), read_only():
        assert Workspace.objects.count() == 1
    Workspace.objects.update(name="Yes")
    assert Workspace.objects.get().name == "Yes"


def test_it_goes_through_a_long_month_in_steps_that_all_cost_the_same(
    workspace: Workspace, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "STEP", 4)
    us = system(workspace, "test")
    for number in range(9):
        wants(us, Intent.INTERESTED, sender=f"p{number}@example.com")
    run = rehearsing.start(acting(owner), "open_deal")
    costs = []
    while not run.is_over:
        with CaptureQueriesContext(connection) as asked:
            runs.work_off(most=1)
        costs.append(len(asked))
        run.refresh_from_db()
    assert (run.done_count, run.cursor["seen"], run.cursor["of"]) == (9, 9, 9)
    assert len(costs) == 3
    assert costs[1] <= costs[0]
    assert costs[2] == costs[1]


def test_one_at_work_is_not_begun_twice_and_a_new_one_takes_the_place_of_the_last(
    owner: Membership, admin: Membership
) -> None:
    first = rehearsing.start(acting(owner), "open_deal")
    assert rehearsing.start(acting(admin), "open_deal") == first
    assert rehearsing.start(acting(owner), "snooze_absent") != first
    runs.finish(first)
    second = rehearsing.start(acting(admin), "open_deal")
    assert second != first
    assert not Run.objects.filter(pk=first.pk).exists()


def test_every_automation_of_the_house_can_be_tried() -> None:
    assert {name for name, reader in READERS.items() if reader.switchable} == REHEARSALS.keys()
    assert sorted(REHEARSALS) == sorted((*NAMES, "route_labelled"))  # whose world is that of a connection to Kirim
