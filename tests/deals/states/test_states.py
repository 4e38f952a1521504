"""How a deal and a stage stood is written down whichever way they change."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Workspace
from clients.models import Client
from contacts.actions import create as create_contact
from deals import actions, stages
from deals.models import Deal, Stage
from deals.states.models import DealState, StageState
from tests.cast import acting

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
Told = tuple[str, int, str, bool, datetime]


@pytest.fixture
def deal(owner: Membership, harbour: Client) -> Deal:
    """Opened on Monday."""
    with time_machine.travel(MONDAY, tick=False):
        contact = create_contact(actor=acting(owner), name="Priya", client_id=harbour.pk)
        return actions.create(actor=acting(owner), contact_id=contact.pk, value=100)


def told(deal: Deal) -> list[Told]:
    rows = DealState.objects.filter(deal=deal).order_by("number").select_related("stage")
    return [(one.stage.key, one.value, one.currency, one.on_board, one.since) for one in rows]


def fresh(deal: Deal) -> Deal:
    found: Deal = Deal.objects.select_related("stage").get(pk=deal.pk)
    return found


def day(number: int) -> datetime:
    return MONDAY + timedelta(days=number)


def test_each_change_of_what_a_deal_counts_for_is_a_state_and_nothing_else_is(deal: Deal, owner: Membership) -> None:
    actor = acting(owner)
    with time_machine.travel(day(1), tick=False):
        actions.change(actor=actor, deal=deal, title="Other", notes="Words")
        actions.change(actor=actor, deal=fresh(deal), value=250)
    with time_machine.travel(day(2), tick=False):
        actions.move(actor=actor, deal=fresh(deal), stage="won")
    with time_machine.travel(day(3), tick=False):
        actions.delete(actor=actor, deal=fresh(deal))
    with time_machine.travel(day(4), tick=False):
        actions.restore(actor=actor, deal=fresh(deal))
        actions.change(actor=actor, deal=fresh(deal), currency="JPY")
    assert told(deal) == [
        ("new", 100, "EUR", True, MONDAY),
        ("new", 250, "EUR", True, day(1)),
        ("won", 250, "EUR", True, day(2)),
        ("won", 250, "EUR", False, day(3)),
        ("won", 250, "EUR", True, day(4)),
        ("won", 250, "JPY", True, day(4)),
    ]


def test_owner_and_expected_close_are_part_of_it(deal: Deal, owner: Membership) -> None:
    actions.change(actor=acting(owner), deal=deal, owner_id=owner.pk)
    actions.change(actor=acting(owner), deal=fresh(deal), expected_close_on=date(2026, 5, 1))
    rows = DealState.objects.filter(deal=deal).order_by("number")
    assert [(one.owner_id, one.expected_close_on) for one in rows] == [
        (None, None),
        (owner.pk, None),
        (owner.pk, date(2026, 5, 1)),
    ]


def test_raw_sql_cannot_go_by_it(deal: Deal, meadow: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deals_deal SET value = 999 WHERE id = %s", [deal.pk])
    assert [row[1] for row in told(deal)] == [100, 999]


def test_a_past_that_is_told_anew_is_dated_as_it_is_told(deal: Deal, owner: Membership) -> None:
    actor = acting(owner)
    actions.change(actor=actor.back_at(day(1)), deal=deal, value=300)
    actions.move(actor=actor.back_at(day(2)), deal=fresh(deal), stage="interested")
    actions.delete(actor=actor.back_at(day(3)), deal=fresh(deal))
    before = timezone.now()
    actions.restore(actor=actor, deal=fresh(deal))
    assert [row[4] for row in told(deal)[:4]] == [MONDAY, day(1), day(2), day(3)]
    assert told(deal)[4][4] >= before


def test_what_is_told_of_a_time_before_the_newest_state_comes_after_it(deal: Deal, owner: Membership) -> None:
    actor = acting(owner)
    with time_machine.travel(day(5), tick=False):
        actions.change(actor=actor, deal=deal, value=300)
    actions.move(actor=actor.back_at(day(2)), deal=fresh(deal), stage="interested")
    assert told(deal)[1:] == [("new", 300, "EUR", True, day(5)), ("interested", 300, "EUR", True, day(5))]
    assert DealState.objects.filter(deal=deal).at(day(4)).get().value == 100
    assert DealState.objects.filter(deal=deal).at(day(6)).get().stage.key == "interested"


def test_a_state_is_seen_by_whom_the_deal_belonged_to_then(
    deal: Deal, workspace: Workspace, owner: Membership, viewer: Membership, other_client_agent: Membership,
    outsider: Membership,
) -> None:  # fmt: skip
    seen = {
        who: DealState.objects.visible_to(acting(who)).count() for who in (owner, viewer, other_client_agent, outsider)
    }
    assert list(seen.values()) == [1, 1, 0, 0]


def test_a_stage_is_told_from_when_it_was_called_so_and_weighed_so(workspace: Workspace, owner: Membership) -> None:
    actor = acting(owner)
    with time_machine.travel(MONDAY, tick=False):
        stages.lay_out(workspace)
        stage = stages.create(actor=actor, key="demo", name="Demo", probability=30)
    with time_machine.travel(day(1), tick=False):
        stages.change(actor=actor, stage=stage, probability=35)
        stages.change(actor=actor, stage=stage, rot_days=9)
    with time_machine.travel(day(2), tick=False):
        stages.delete(actor=actor, stage=Stage.objects.get(pk=stage.pk))
    rows = StageState.objects.filter(stage=stage).order_by("number")
    assert [(one.name, one.probability, one.on_board, one.since) for one in rows] == [
        ("Demo", 30, True, MONDAY),
        ("Demo", 35, True, day(1)),
        ("Demo", 35, False, day(2)),
    ]
