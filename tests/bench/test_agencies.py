"""What an agency does now and then, measured on rows so few that only its being in order shows."""

import pytest
from django.db import connection

from bench import audit, dry_runs, erasing, filling, moves, reports
from bench.filling import Size
from contacts.models import Contact
from deals.states.models import DealState
from inbox.models import IntentTag
from integrations.models import InboundEvent

SIZE = Size(conversations=90, messages=180, deals=60, longest_thread=3)


@pytest.fixture
def side(db: None, monkeypatch: pytest.MonkeyPatch) -> filling.Side:
    monkeypatch.setattr("bench.audit.TALKS", SIZE)
    monkeypatch.setattr("bench.audit.ROUNDS", 1)
    monkeypatch.setattr("bench.moves.TURN", 2)
    monkeypatch.setattr("bench.reports.ROUNDS", 1)
    return filling.side("some", SIZE)


def test_the_audit_is_asked_in_every_way_and_its_files_are_whole(side: filling.Side) -> None:
    told = audit.told(300)
    assert told.count("\n| ") == len(audit.PATHS) + 3
    assert " 0 ms | 0 |" not in told


def test_dry_runs_and_moves_are_taken_back(side: filling.Side) -> None:
    states = DealState.objects.count()
    tried = dry_runs.measured(side, 40)
    assert sum(one.events for one in tried) == 80
    assert {one.name for one in moves.measured(side, 2)} == {"A move over the API", "The UPDATE alone"}
    assert DealState.objects.count() == states
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'deals_deal'::regclass AND tgenabled = 'D'")
        assert cursor.fetchone() == (0,)


def test_reports_of_what_was_said_have_something_to_tell(side: filling.Side) -> None:
    assert [one.queries > 5 for one in reports.talked(side)] == [True] * 8
    assert IntentTag.objects.filter(workspace=side.workspace).count() > 60


@pytest.mark.django_db
def test_people_are_erased_and_are_there_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.erasing.PEOPLE", 2)
    monkeypatch.setattr("bench.erasing.FEW", 10)
    told = erasing.measured(30)
    assert [(one.events, one.found) for one in told] == [(10, 10), (30, 10)]
    assert Contact.objects.count() == 0
    assert not InboundEvent.objects.filter(outcome="Erased").exists()
