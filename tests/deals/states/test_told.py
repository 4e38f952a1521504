"""What the migration tells of deals from the time before their states were kept."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.db import connection

from accounts.models import Membership
from clients.models import Client
from contacts.actions import create as create_contact
from crm.immutable import DELETE_WORKSPACE, switched
from deals import actions, stages
from deals.models import Deal, Stage
from deals.states.models import DealState, StageState
from tests.cast import acting

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
told = import_module("deals.migrations.0006_states_told")
KEPT = ("deal", "number", "client", "stage", "value", "currency", "owner_id", "expected_close_on", "on_board", "since")


@pytest.fixture
def lived(owner: Membership, harbour: Client) -> None:
    """Deals that were moved, edited between their moves, deleted and put back."""
    actor = acting(owner)

    def fresh(deal: Deal) -> Deal:
        found: Deal = Deal.objects.select_related("stage").get(pk=deal.pk)
        return found

    with time_machine.travel(MONDAY, tick=False) as clock:
        contact = create_contact(actor=actor, name="Priya", client_id=harbour.pk)
        still = actions.create(actor=actor, contact_id=contact.pk, value=1)
        moved = actions.create(actor=actor, contact_id=contact.pk, value=10)
        gone = actions.create(actor=actor, contact_id=contact.pk, value=20, currency="JPY")
        clock.shift(timedelta(days=1))
        actions.change(actor=actor, deal=fresh(moved), value=11)
        clock.shift(timedelta(days=1))
        actions.move(actor=actor, deal=fresh(moved), stage="interested")
        actions.delete(actor=actor, deal=fresh(gone))
        clock.shift(timedelta(days=1))
        actions.restore(actor=actor, deal=fresh(gone))
        actions.move(actor=actor, deal=fresh(moved), stage="new")
        clock.shift(timedelta(days=1))
        actions.change(actor=actor, deal=fresh(moved), value=12, currency="USD")
        actions.change(actor=actor, deal=fresh(still), title="Other")
        clock.shift(timedelta(days=1))
        actions.delete(actor=actor, deal=fresh(gone))
        stage = stages.create(actor=actor, key="demo", name="Demo")
        clock.shift(timedelta(days=1))
        stages.delete(actor=actor, stage=Stage.objects.get(pk=stage.pk))


def rows() -> list[tuple[object, ...]]:
    return sorted(DealState.objects.values_list(*KEPT))


@pytest.mark.usefixtures("lived")
def test_it_tells_what_the_triggers_wrote_then() -> None:
    deals, written = (
        rows(),
        list(StageState.objects.order_by("stage", "number").values_list("stage", "number", "on_board")),
    )
    with switched(DELETE_WORKSPACE), connection.cursor() as cursor:
        DealState.objects.all()._raw_delete(using="default")
        StageState.objects.all()._raw_delete(using="default")
        cursor.execute(told.STAGES)
        cursor.execute(told.DEALS)
    assert rows() == deals
    assert len(deals) == 10
    again = list(StageState.objects.order_by("stage", "number").values_list("stage", "number", "on_board"))
    assert again == written
