"""The measurement itself, on rows so few that only its being in order shows."""

import pytest
from django.db import connection

from bench import filling, measuring, report
from bench.filling import Size
from bench.paths import PATHS
from inbox.models import Conversation, Message

FEW = Size(conversations=100, messages=200, deals=60, longest_thread=61)
MANY = Size(conversations=300, messages=900, deals=120, longest_thread=90)


@pytest.fixture
def sides(db: None) -> tuple[filling.Side, filling.Side]:
    return filling.side("few", FEW), filling.side("many", MANY)


def test_both_sides_have_their_rows_and_a_second_run_makes_none(sides: tuple[filling.Side, filling.Side]) -> None:
    for side, size in zip(sides, (FEW, MANY), strict=True):
        conversations = Conversation.objects.filter(workspace=side.workspace)
        assert conversations.count() == size.conversations
        assert conversations.filter(contact__workspace=side.workspace).count() == size.conversations
        longest = Message.objects.filter(conversation=side.id_of("conversation", 1)).count()
        assert longest == size.longest_thread
        assert filling.side(side.workspace.slug, size) == side


def test_what_was_made_keeps_the_rules_of_the_database(sides: tuple[filling.Side, filling.Side]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
        cursor.execute(
            "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' "
            "AND conrelid::regclass::text ~ '^(inbox|contacts|deals)_'"
        )
        assert len(cursor.fetchall()) > 20
        for side in sides:
            cursor.execute("SELECT count(*) FROM inbox_message WHERE workspace_id = %s", [side.workspace.pk])
            assert cursor.fetchone()[0] > 100


def test_each_path_is_there_and_asks_as_often_for_many_rows(sides: tuple[filling.Side, filling.Side]) -> None:
    filling.settle()
    results = [measuring.measured(path, *sides, rounds=1, seconds=0) for path in PATHS]
    # Today counts a list only where it is longer than what it shows of it.
    assert {one.name for one in results if one.queries[0] != one.queries[1]} <= {"Today"}
    assert all(min(one.few, one.many, one.bare) > 0 for one in results)


def test_the_table_marks_what_grows() -> None:
    steady = measuring.Result("Inbox", few=20.0, many=22.0, queries=(5, 5), bare=4.0)
    grown = measuring.Result("Board", few=20.0, many=60.0, queries=(5, 7), bare=40.0)
    lines = report.table([steady, grown], MANY).splitlines()
    assert lines[2] == "| Inbox | 20.0 ms | 22.0 ms | 1.10 | 5 | 4.0 ms |"
    assert lines[3] == "| Board | 20.0 ms | 60.0 ms | **3.00** | **5 → 7** | 40.0 ms |"
