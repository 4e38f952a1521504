"""First answers: turns against SQL written by hand, and each thing that begins or ends one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from clients.models import Client
from inbox import actions
from inbox.intents.labels import Intent
from inbox.messages import Draft
from inbox.models import Conversation, Message
from inbox.opening import add_message
from inbox.undoing import change_of, state_of, take_back
from reports import speed
from reports.hours import Hours
from tests.arrivals import judged, wants, write_in
from tests.cast import acting
from tests.reports.reading import cells, chosen, turns_told
from tests.reports.slow.turns import Turn
from tests.reports.world import BEGINS, ENDS, World, a_world, by_hand

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)  # nine o'clock in Berlin
SIGHT = "(%(clients)s::uuid[] IS NULL OR m.client_id = ANY(%(clients)s))"
TURNS = f"""
WITH said AS (
  SELECT DISTINCT ON (message_id) message_id, intent FROM inbox_intenttag
  ORDER BY message_id, (made_by = 'person') DESC, created_at DESC, id DESC
), moves AS (
  SELECT m.conversation_id, m.occurred_at AS at, CASE direction WHEN 'inbound' THEN 1 ELSE 2 END AS move,
         CASE direction WHEN 'outbound' THEN author_id END AS by
  FROM inbox_message m LEFT JOIN said ON said.message_id = m.id
  WHERE m.workspace_id = %(workspace)s AND {SIGHT}
    AND (direction = 'inbound' AND coalesce(intent, '') <> 'out_of_office' OR author_kind = 'person')
  UNION ALL
  SELECT subject_id, occurred_at, 3, NULL FROM activity_event m
  WHERE type = 'conversation.closed' AND workspace_id = %(workspace)s AND {SIGHT}
), marked AS (
  SELECT *, lag(move) OVER (PARTITION BY conversation_id ORDER BY at, move) AS before FROM moves
), begun AS (
  SELECT conversation_id, at AS began FROM marked
  WHERE move = 1 AND before IS DISTINCT FROM 1 AND at >= %(since)s AND at < %(until)s
), ended AS (
  SELECT begun.*, ending.at AS ended, ending.move, ending.by, coalesce(ending.at, %(now)s) AS upto
  FROM begun LEFT JOIN LATERAL (
    SELECT at, move, by FROM moves
    WHERE moves.conversation_id = begun.conversation_id AND (at, move) > (began, 1) AND move > 1
    ORDER BY at, move LIMIT 1
  ) ending ON true
)
SELECT conversation_id, began, ended, coalesce(move = 3, false) AS settled, by,
  extract(epoch FROM upto - began)::bigint AS clock,
  coalesce((
    SELECT sum(greatest(0, extract(epoch FROM
      least(upto, (day + time '17:00') AT TIME ZONE 'Europe/Berlin')
      - greatest(began, (day + time '09:00') AT TIME ZONE 'Europe/Berlin'))))
    FROM generate_series(timestamp '2026-09-28', timestamp '2026-11-27', interval '1 day') day
    WHERE extract(isodow FROM day) < 6
  ), 0)::bigint AS worked
FROM ended
"""


def whole(turn: Turn) -> tuple[Any, ...]:
    clock, worked = int(turn.clock.total_seconds()), int(turn.worked.total_seconds())
    return turn.conversation, turn.began, turn.ended, turn.settled, turn.by, clock, worked


def values(world: World, who: Membership, since: datetime, until: datetime) -> dict[str, Any]:
    clients = acting(who).clients
    ids = None if clients is None else sorted(clients)
    return {"workspace": world.workspace.pk, "clients": ids, "since": since, "until": until, "now": ENDS}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_turns_and_their_sums_are_what_sql_by_hand_says(db: None, seed: int) -> None:
    world = a_world(seed)
    for who in (world.members[0], world.members[2]):
        for since, until in ((BEGINS, ENDS), (datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))):
            given = values(world, who, since, until)
            expected = by_hand(f"SELECT * FROM ({TURNS}) t ORDER BY began, conversation_id", **given)
            found = turns_told(acting(who), Q(), since, until, ENDS, Hours(BERLIN))
            assert [whole(turn) for turn in found] == expected
            assert len(found) > 5


@time_machine.travel(ENDS, tick=False)
def test_the_sheet_of_channels_is_what_sql_by_hand_says(db: None) -> None:
    world = a_world(4)
    given = values(world, world.members[0], datetime(2026, 9, 30, 22, tzinfo=UTC), ENDS + timedelta(days=1))
    expected = by_hand(
        f"""
        SELECT c.channel, count(*), count(*) FILTER (WHERE a), count(*) FILTER (WHERE settled),
          count(*) FILTER (WHERE ended IS NULL),
          round((percentile_cont(0.5) WITHIN GROUP (ORDER BY worked) FILTER (WHERE a))::numeric),
          round((percentile_cont(0.9) WITHIN GROUP (ORDER BY worked) FILTER (WHERE a))::numeric),
          avg((a AND worked <= 3600)::int) FILTER (WHERE a OR ended IS NULL AND worked > 3600),
          avg((a AND worked <= 14400)::int) FILTER (WHERE a OR ended IS NULL AND worked > 14400),
          avg((a AND worked <= 28800)::int) FILTER (WHERE a OR ended IS NULL AND worked > 28800),
          round((percentile_cont(0.5) WITHIN GROUP (ORDER BY clock) FILTER (WHERE a))::numeric),
          round((percentile_cont(0.9) WITHIN GROUP (ORDER BY clock) FILTER (WHERE a))::numeric)
        FROM (SELECT *, ended IS NOT NULL AND NOT settled AS a FROM ({TURNS}) t) t
        JOIN inbox_conversation c ON c.id = t.conversation_id GROUP BY c.channel
        """,
        **given,
    )
    found = cells(speed.SPEED, world.members[0], "channels", **{"from": "2026-10-01", "to": "2026-11-20"})
    by_name = {"email": "E-mail", "whatsapp": "WhatsApp", "chat": "Chat"}
    assert {row[0]: row[1:] for row in found} == {
        by_name[channel]: tuple(None if one is None else pytest.approx(float(one), abs=1e-9) for one in rest)
        for channel, *rest in expected
    }


def asked(workspace: Workspace, body: str = "What does it cost?", at: datetime = MONDAY, **how: Any) -> Conversation:
    return write_in(acting(workspace), body, at=at, **how).conversation


def asked_again(talk: Conversation, body: str, at: datetime) -> Message:
    draft = Draft("inbound", body, occurred_at=at)
    return add_message(actor=acting(talk.workspace), conversation=talk, draft=draft)[0]


def answered(who: Membership | Workspace, talk: Conversation, at: datetime, **how: Any) -> None:
    draft = Draft("outbound", "Hello", occurred_at=at, author_id=acting(who).id, **how)
    add_message(actor=acting(who), conversation=talk, draft=draft)


def found(who: Membership) -> list[tuple[float, float | None, bool]]:
    """Of each turn: its begin and end in minutes from MONDAY, and whether it was settled."""
    later = MONDAY + timedelta(days=3)
    every = turns_told(acting(who), Q(), MONDAY - timedelta(days=30), later, later, Hours(BERLIN))
    minutes = lambda at: at and (at - MONDAY) / timedelta(minutes=1)  # noqa: E731
    return [(minutes(turn.began), minutes(turn.ended), turn.settled) for turn in every]


def after(minutes: int) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def test_more_of_the_same_wait_is_no_second_turn_and_an_answer_ends_it(owner: Membership, workspace: Workspace) -> None:
    talk = asked(workspace)
    asked_again(talk, "Hello?", after(20))
    answered(owner, talk, after(45))
    answered(owner, talk, after(46))
    asked_again(talk, "Thanks. And where?", after(60))
    assert found(owner) == [(0, 45, False), (60, None, False)]


def test_what_a_program_or_an_automation_sent_answers_nothing(owner: Membership, workspace: Workspace) -> None:
    talk = asked(workspace)
    answered(workspace, talk, after(1), author_kind="system")
    answered(workspace, talk, after(2), author_kind="key")
    answered(owner, talk, after(30))
    assert found(owner) == [(0, 30, False)]


def test_an_automatic_reply_begins_no_turn_unless_a_person_says_otherwise(
    owner: Membership, workspace: Workspace
) -> None:
    talk = wants(acting(workspace), Intent.OUT_OF_OFFICE, "I am away.", at=MONDAY)
    assert found(owner) == []
    talk.refresh_from_db()
    actions.override_intent(actor=acting(owner), conversation=talk, intent=Intent.QUESTION)
    assert found(owner) == [(0, None, False)]


def test_closing_settles_and_what_comes_after_is_a_turn_of_its_own(owner: Membership, workspace: Workspace) -> None:
    talk = asked(workspace)
    with time_machine.travel(after(10), tick=False):
        actions.close(actor=acting(owner), conversation=Conversation.objects.get(pk=talk.pk))
    asked_again(talk, "One more thing", after(50))
    assert found(owner) == [(0, 10, True), (50, None, False)]


def test_saying_that_no_reply_is_needed_settles_and_taking_it_back_reopens(
    owner: Membership, workspace: Workspace
) -> None:
    talk = Conversation.objects.get(pk=asked(workspace).pk)
    before = state_of(talk)
    with time_machine.travel(after(10), tick=False):
        actions.no_reply_needed(actor=acting(owner), conversation=talk)
    assert found(owner) == [(0, 10, True)]
    with time_machine.travel(after(11), tick=False):
        take_back(acting(owner), change_of(before, talk))
    assert found(owner) == [(0, None, False)]


def test_an_automatic_reply_after_a_settled_turn_leaves_it_settled(owner: Membership, workspace: Workspace) -> None:
    talk = asked(workspace)
    with time_machine.travel(after(10), tick=False):
        actions.close(actor=acting(owner), conversation=Conversation.objects.get(pk=talk.pk))
    with time_machine.travel(after(20), tick=False):
        judged(asked_again(talk, "I am away.", after(20)), Intent.OUT_OF_OFFICE)
    with time_machine.travel(after(30), tick=False):
        actions.no_reply_needed(actor=acting(owner), conversation=Conversation.objects.get(pk=talk.pk))
    assert found(owner) == [(0, 10, True)]


@time_machine.travel(MONDAY + timedelta(days=1), tick=False)
def test_who_waits_is_listed_with_their_age_and_a_way_to_them(
    owner: Membership, workspace: Workspace, harbour: Client
) -> None:
    talk = asked(workspace, name="Priya Sharma", client_id=harbour.pk)
    workspace.time_zone = "Europe/Berlin"
    workspace.save()
    answer = speed.SPEED.sheets(acting(owner), chosen(speed.SPEED, owner))
    waiting = next(sheet for sheet in answer if sheet.key == "waiting")
    assert [(row.cells[0], row.cells[-2:], row.link) for row in waiting.rows] == [
        ("Priya Sharma", (8 * 3600, 24 * 3600), f"/inbox/{talk.pk}")
    ]


@time_machine.travel(ENDS, tick=False)
def test_it_asks_as_many_questions_of_much_as_of_little(owner: Membership, db: None) -> None:
    def asks(who: Membership) -> int:
        with CaptureQueriesContext(connection) as questions:
            speed.SPEED.sheets(acting(who), chosen(speed.SPEED, who, span="90d"))
        return len(questions)

    asked(owner.workspace)
    assert (asks(a_world(5).members[0]), asks(owner)) == (9, 9)


def test_a_viewer_and_an_agent_of_a_client_meet_no_other(db: None) -> None:
    world = a_world(6)
    for who in (world.members[2], world.members[4]):
        with time_machine.travel(ENDS, tick=False):
            sheets = speed.SPEED.sheets(acting(who), chosen(speed.SPEED, who, span="90d"))
        words = {str(cell) for sheet in sheets for row in sheet.rows for cell in row.cells}
        assert "clients" not in [sheet.key for sheet in sheets]
        assert not words & {"Meadow 6", "Mina 6", "No client"}
        assert "Hera 6" in words
