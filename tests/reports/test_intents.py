"""Intents and what came of them, against SQL written by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from reports.intents import INTENTS, NAMES
from tests.cast import acting
from tests.reports.reading import cells, chosen
from tests.reports.world import ENDS, World, a_world, by_hand

SPAN = {"from": "2026-10-10", "to": "2026-11-05"}
SINCE, UNTIL = datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC)
SAID = """
WITH told AS (
  SELECT m.id, m.conversation_id AS talk, m.occurred_at AS at, c.channel, c.campaign_id AS campaign,
    (SELECT intent FROM inbox_intenttag t WHERE t.message_id = m.id
     ORDER BY (made_by = 'person') DESC, created_at DESC, id DESC LIMIT 1) AS intent,
    (SELECT intent FROM inbox_intenttag t WHERE t.message_id = m.id AND made_by <> 'person'
     ORDER BY created_at DESC, id DESC LIMIT 1) AS machine,
    row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.occurred_at) AS nth
  FROM inbox_message m JOIN inbox_conversation c ON c.id = m.conversation_id
  WHERE m.workspace_id = %(workspace)s AND m.direction = 'inbound'
    AND (%(clients)s::uuid[] IS NULL OR m.client_id = ANY(%(clients)s))
    AND EXISTS (SELECT FROM inbox_intenttag t WHERE t.message_id = m.id)
), said AS (SELECT * FROM told WHERE at >= %(since)s AND at < %(until)s),
deal AS (
  SELECT d.conversation_id AS talk, d.created_at AS at, d.value, d.currency, s.kind = 'won' AS won
  FROM deals_deal d JOIN deals_stage s ON s.id = d.stage_id WHERE d.deleted_at IS NULL
)
"""
OUTCOME = """
  SELECT {by}, count(*) AS messages, count(DISTINCT talk) AS talks,
    count(DISTINCT talk) FILTER (WHERE EXISTS (SELECT FROM deal WHERE deal.talk = this.talk)) AS dealt,
    count(DISTINCT talk) FILTER (WHERE EXISTS (SELECT FROM deal WHERE deal.talk = this.talk AND won)) AS won
  FROM {some} this GROUP BY {by}
"""
TOOK = """
  , began AS (SELECT intent, talk, min(at) AS at FROM {some} this GROUP BY intent, talk),
  took AS (SELECT intent, (SELECT min(deal.at) FROM deal WHERE deal.talk = began.talk AND deal.at >= began.at) - at AS t
           FROM began)
  SELECT intent, round(extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY t))) FROM took GROUP BY intent
"""
FIRST = "(SELECT * FROM said WHERE nth = 1)"


def given(world: World, who: Membership) -> dict[str, Any]:
    clients = acting(who).clients
    ids = None if clients is None else sorted(clients)
    return {"workspace": world.workspace.pk, "clients": ids, "since": SINCE, "until": UNTIL}


def shares(row: tuple[Any, ...]) -> tuple[Any, ...]:
    messages, talks, dealt, won = row
    return messages, talks, dealt, won, pytest.approx(dealt / talks), pytest.approx(won / talks)


@pytest.mark.parametrize("seed", [1, 2])
def test_intents_and_their_outcome_are_what_sql_by_hand_says(db: None, seed: int) -> None:
    world = a_world(seed)
    with time_machine.travel(ENDS, tick=False):
        for who in (world.members[0], world.members[2]):
            values = given(world, who)
            expected = {row[0]: row[1:] for row in by_hand(SAID + OUTCOME.format(by="intent", some="said"), **values)}
            took = dict(by_hand(SAID + TOOK.format(some="said"), **values))
            wrong = dict(
                by_hand(f"{SAID} SELECT machine, avg((intent <> machine)::int) FROM said GROUP BY machine", **values)
            )
            by_name = {NAMES[intent]: intent for intent in NAMES}
            found = {by_name[row[0]]: row[1:] for row in cells(INTENTS, who, "any", **SPAN) if row[1]}
            assert found == {
                intent: (*shares(row), took[intent], wrong.get(intent) and pytest.approx(float(wrong[intent])))
                for intent, row in expected.items()
            }
            begun = {row[0]: row[1:] for row in by_hand(SAID + OUTCOME.format(by="intent", some=FIRST), **values)}
            took = dict(by_hand(SAID + TOOK.format(some=FIRST), **values))
            first = {by_name[row[0]]: row[1:] for row in cells(INTENTS, who, "first", **SPAN) if row[1]}
            assert first == {intent: (*shares(row)[1:], took[intent]) for intent, row in begun.items()}


@time_machine.travel(ENDS, tick=False)
def test_by_channel_and_campaign_and_to_the_cent(db: None) -> None:
    world = a_world(3)
    owner, values = world.members[0], given(world, world.members[0])
    channels = {"E-mail": "email", "WhatsApp": "whatsapp", "Chat": "chat"}
    by_name = {NAMES[intent]: intent for intent in NAMES}
    found = [(channels[row[0]], by_name[row[1]], *row[2:6]) for row in cells(INTENTS, owner, "channels", **SPAN)]
    assert sorted(found) == sorted(by_hand(SAID + OUTCOME.format(by="channel, intent", some="said"), **values))
    campaigns = {one.name: one.pk for each in world.campaigns.values() for one in each} | {"No campaign": None}
    found = [(campaigns[row[0]], by_name[row[1]], *row[2:6]) for row in cells(INTENTS, owner, "campaigns", **SPAN)]
    expected = by_hand(SAID + OUTCOME.format(by="campaign, intent", some="said"), **values)
    assert sorted(found, key=str) == sorted(expected, key=str)
    worth = """
      SELECT intent, currency, sum(value)::bigint FROM (SELECT DISTINCT intent, talk FROM {some} this) these
      JOIN deal USING (talk) WHERE won GROUP BY intent, currency
    """
    every = {row[:2]: row[2] for row in by_hand(SAID + worth.format(some="said"), **values)}
    begun = {row[:2]: row[2] for row in by_hand(SAID + worth.format(some=FIRST), **values)}
    rows = {(by_name[row[0]], row[1]): row[2:] for row in cells(INTENTS, owner, "values", **SPAN)}
    assert rows == {key: (value, begun.get(key, 0)) for key, value in every.items()}
    assert len(rows) > 5


@time_machine.travel(ENDS, tick=False)
def test_it_asks_as_many_questions_of_much_as_of_little(db: None) -> None:
    world = a_world(4)
    for span in ("90d", "7d"):
        with CaptureQueriesContext(connection) as questions:
            INTENTS.sheets(acting(world.members[0]), chosen(INTENTS, world.members[0], span=span))
        assert len(questions) == 6
