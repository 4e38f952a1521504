"""What agents did and what clients have, against SQL written by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from clients.models import Client
from inbox.intents.labels import Intent
from reports.agents import AGENTS
from reports.clients import CLIENTS
from tests.cast import acting
from tests.reports.reading import cells, chosen
from tests.reports.test_speed import TURNS
from tests.reports.world import ENDS, World, a_world, by_hand

SPAN = {"from": "2026-10-10", "to": "2026-11-05"}
SINCE, UNTIL = datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC)
SEES = "workspace_id = %(workspace)s AND (%(clients)s::uuid[] IS NULL OR client_id = ANY(%(clients)s))"
SPANNED = "{0} >= %(since)s AND {0} < %(until)s"


def given(world: World, who: Membership) -> dict[str, Any]:
    clients = acting(who).clients
    ids = None if clients is None else sorted(clients)
    return {"workspace": world.workspace.pk, "clients": ids, "since": SINCE, "until": UNTIL, "now": ENDS}


def folded(rows: list[tuple[Any, ...]], names: dict[Any, str], nobody: str) -> dict[str, tuple[Any, ...]]:
    """By name, those added up who are none of them."""
    added: dict[str, tuple[Any, ...]] = {}
    for who, *rest in rows:
        name = names.get(who, "Somebody else") if who else nobody
        before = added.get(name, (0,) * len(rest))
        added[name] = tuple(one + int(two or 0) for one, two in zip(before, rest, strict=True))
    return added


@pytest.mark.parametrize(("seed", "number"), [(1, 0), (2, 2)], ids=["everything", "one client"])
def test_what_agents_did_is_what_sql_by_hand_says(db: None, seed: int, number: int) -> None:
    world = a_world(seed)
    who, values = world.members[number], given(world, world.members[number])
    names = {one.pk: one.user.name for one in (world.members[:4] if number == 0 else world.members[:3])}
    sent = f"""FROM inbox_message WHERE {SEES} AND author_kind = 'person' AND direction = 'outbound'
               AND {SPANNED.format("occurred_at")}"""
    # whoever is no colleague counts as one: two of them in one conversation handled it once
    known = f"CASE WHEN author_id = ANY(%(known)s) THEN author_id::text ELSE 'else' END"  # noqa: F541
    handled = {
        row[0]: row[1:]
        for row in by_hand(
            f"SELECT {known}, count(DISTINCT conversation_id), count(*) {sent} GROUP BY 1", known=list(names), **values
        )
    }
    first = {
        row[0]: row[1:]
        for row in by_hand(
            f"""SELECT {known.replace("author_id", "by")}, count(*),
                round(percentile_cont(0.5) WITHIN GROUP (ORDER BY worked)::numeric),
                round(percentile_cont(0.9) WITHIN GROUP (ORDER BY worked)::numeric)
                FROM ({TURNS}) t WHERE ended IS NOT NULL AND NOT settled GROUP BY 1""",
            known=list(names), **values,
        )
    }  # fmt: skip
    deals = f"""SELECT owner_id, count(*) FILTER (WHERE {SPANNED.format("d.created_at")}),
        count(*) FILTER (WHERE s.kind = 'won' AND {SPANNED.format("closed_at")})
        FROM deals_deal d JOIN deals_stage s ON s.id = stage_id
        WHERE d.deleted_at IS NULL AND d.{SEES.replace("OR client", "OR d.client")} GROUP BY owner_id"""
    dealt = folded(by_hand(deals, **values), names, "Nobody")
    promises = f"""SELECT owner_id, count(*) FILTER (WHERE {SPANNED.format("done_at")}),
        count(*) FILTER (WHERE done_at IS NULL AND due_at < %(now)s)
        FROM inbox_followup WHERE {SEES} GROUP BY owner_id"""
    promised = folded(by_hand(promises, **values), names, "Nobody")
    left = f"SELECT assignee_id, count(*) FROM inbox_conversation WHERE status <> 'closed' AND {SEES} GROUP BY 1"
    now_open = folded(by_hand(left, **values), names, "Nobody")
    ids = {name: str(pk) for pk, name in names.items()} | {"Somebody else": "else"}
    with time_machine.travel(ENDS, tick=False):
        found = {row[0]: row[1:] for row in cells(AGENTS, who, "work", **SPAN)}
    assert len(found) > 3
    for name, row in found.items():
        assert row[:2] == handled.get(ids.get(name), (0, 0)), name
        assert row[2:5] == first.get(ids.get(name), (0, None, None)), name
        assert row[5:7] == dealt.get(name, (0, 0)), name
        assert row[7:9] == promised.get(name, (0, 0)), name
        assert row[9:] == now_open.get(name, (0,)), name


def test_values_of_agents_and_clients_are_right_to_the_cent(db: None) -> None:
    world = a_world(3)
    owner, values = world.members[0], given(world, world.members[0])
    names = {one.pk: one.user.name for one in world.members[:4]} | {None: "Nobody"}
    clients = {one.pk if one else None: one.name if one else "No client" for one in world.clients}
    deal = """FROM deals_deal d JOIN deals_stage s ON s.id = stage_id
              WHERE d.workspace_id = %(workspace)s AND d.deleted_at IS NULL"""
    won = f"coalesce(sum(value) FILTER (WHERE s.kind = 'won' AND {SPANNED.format('closed_at')}), 0)::bigint"
    opened = f"coalesce(sum(value) FILTER (WHERE {SPANNED.format('d.created_at')}), 0)::bigint"
    by_agent = by_hand(f"SELECT owner_id, currency, {opened}, {won} {deal} GROUP BY owner_id, currency", **values)
    is_open = "FILTER (WHERE s.kind = 'open')"
    weighted = f"coalesce(trunc(sum(value::numeric * probability) {is_open} / 100), 0)::bigint"
    by_client = by_hand(
        f"""SELECT client_id, currency, coalesce(sum(value) {is_open}, 0)::bigint, {weighted}, {won} {deal}
            GROUP BY client_id, currency""",
        **values,
    )
    with time_machine.travel(ENDS, tick=False):
        agents, money = cells(AGENTS, owner, "values", **SPAN), cells(CLIENTS, owner, "money", **SPAN)
    assert {row[:2]: row[2:] for row in agents} == {
        (names[who], currency): tuple(rest) for who, currency, *rest in by_agent if any(rest)
    }
    assert {row[:2]: row[2:] for row in money} == {
        (clients[client], currency): tuple(rest) for client, currency, *rest in by_client if any(rest)
    }
    assert (len(agents) > 8, len(money) > 6) == (True, True)


def test_clients_side_by_side_are_what_sql_by_hand_says(db: None) -> None:
    world = a_world(4)
    owner, values = world.members[0], given(world, world.members[0])
    clients = {one.pk if one else None: one.name if one else "No client" for one in world.clients}
    with time_machine.travel(ENDS, tick=False):
        found = {row[0]: row[1:] for row in cells(CLIENTS, owner, "numbers", **SPAN)}
        intents = {row[0]: row[1:] for row in cells(CLIENTS, owner, "intents", **SPAN)}
    for pk, name in clients.items():
        of = "client_id IS NOT DISTINCT FROM %(client)s AND workspace_id = %(workspace)s"
        expected = by_hand(
            f"""SELECT
              (SELECT count(*) FROM contacts_contact WHERE {of} AND {SPANNED.format("created_at")}),
              (SELECT count(DISTINCT conversation_id) FROM inbox_message
               WHERE {of} AND {SPANNED.format("occurred_at")}),
              (SELECT count(*) FROM inbox_conversation WHERE {of} AND turn = 'ours' AND status = 'active')""",
            client=pk, **values,
        )  # fmt: skip
        assert found[name][:3] == expected[0], name
        answers = by_hand(
            f"""SELECT count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY worked)::numeric)
                FROM ({TURNS}) t JOIN inbox_conversation c ON c.id = conversation_id
                WHERE ended IS NOT NULL AND NOT settled AND c.client_id IS NOT DISTINCT FROM %(client)s""",
            client=pk, **values,
        )  # fmt: skip
        assert found[name][3:5] == answers[0], name
        wanted = dict(
            by_hand(
                f"""SELECT (SELECT intent FROM inbox_intenttag t WHERE t.message_id = m.id
                      ORDER BY (made_by = 'person') DESC, created_at DESC, id DESC LIMIT 1), count(*)
                    FROM inbox_message m WHERE {of} AND direction = 'inbound' AND {SPANNED.format("occurred_at")}
                    GROUP BY 1""",
                client=pk, **values,
            )
        )  # fmt: skip
        assert intents[name] == tuple(wanted.get(intent.value, 0) for intent in Intent), name


def test_a_viewer_finds_their_client_alone_and_none_of_the_others_people(db: None) -> None:
    world = a_world(5)
    viewer = world.members[4]
    with time_machine.travel(ENDS, tick=False):
        assert [row[0] for row in cells(CLIENTS, viewer, "numbers", **SPAN)] == ["Harbour 5"]
        named = [row[0] for row in cells(AGENTS, viewer, "work", **SPAN)]
    assert set(named) <= {"Anna 5", "Hera 5", "Olga 5", "Somebody else", "Nobody"}


def test_they_ask_as_many_questions_of_many_clients_as_of_few(db: None) -> None:
    world = a_world(6)

    def asked(span: str) -> list[int]:
        counts = []
        for report in (AGENTS, CLIENTS):
            with CaptureQueriesContext(connection) as questions, time_machine.travel(ENDS, tick=False):
                report.sheets(acting(world.members[0]), chosen(report, world.members[0], span=span))
            counts.append(len(questions))
        return counts

    few = asked("7d")
    Client.objects.bulk_create(Client(workspace=world.workspace, name=f"More {number}") for number in range(30))
    assert (few, asked("90d")) == ([12, 12], [12, 12])
