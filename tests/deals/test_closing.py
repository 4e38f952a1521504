"""Winning and losing: at a final value, on a day, and for a reason where it is lost."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from contacts.actions import create as create_contact
from crm.errors import Invalid, Stale
from deals import actions, closing
from deals.closing import Terms
from deals.models import Deal
from tests.arrivals import events
from tests.cast import acting


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def bread(us: Actor) -> Deal:
    return actions.create(actor=us, contact_id=create_contact(actor=us, name="P").pk, title="Bread", value=100)


def today() -> date:
    return timezone.localdate()


def test_a_won_deal_has_its_final_value_in_its_step_and_its_event(us: Actor, bread: Deal) -> None:
    closing.close(actor=us, deal=bread, stage="won", terms=Terms(today(), value=900, currency="USD"), version=1)
    bread.refresh_from_db()
    assert (bread.stage.key, bread.value, bread.currency, bread.lost_reason) == ("won", 900, "USD", "")
    step = bread.stage_changes.latest("changed_at", "id")
    assert (step.value, step.currency) == (900, "USD")
    assert events("deal.updated", "deal.stage_changed", "deal.won") == [
        "deal.updated",
        "deal.stage_changed",
        "deal.won",
    ]


def test_a_day_before_today_is_kept_as_its_noon(us: Actor, bread: Deal) -> None:
    day = today() - timedelta(days=3)
    closing.close(actor=us, deal=bread, stage="lost", terms=Terms(day, reason="Too dear"))
    bread.refresh_from_db()
    assert bread.closed_at is not None
    assert timezone.localtime(bread.closed_at).isoformat()[:16] == f"{day.isoformat()}T12:00"
    assert bread.lost_reason == "Too dear"


@pytest.mark.parametrize(
    ("stage", "terms", "field", "sentence"),
    [
        ("lost", lambda: Terms(today()), "reason", "Say why it was lost: choose a reason or write one."),
        ("won", lambda: Terms(today() + timedelta(days=1)), "closed_on", "Choose today or a day before it."),
        ("contacted", lambda: Terms(today()), "stage", "Contacted is no stage where deals end."),
        ("won", lambda: Terms(today(), value=-1, currency="EUR"), "value", "Must be between 0"),
        ("won", lambda: Terms(today(), value=1, currency="XQX"), "currency", "no ISO 4217"),
    ],
)
def test_what_is_missing_or_cannot_be_is_told_and_nothing_is_closed(
    us: Actor, bread: Deal, stage: str, terms: object, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        closing.close(actor=us, deal=bread, stage=stage, terms=terms())  # type: ignore[operator]
    assert sentence in refused.value.fields[field][0]
    bread.refresh_from_db()
    assert (bread.stage.key, bread.version, bread.value) == ("new", 1, 100)


def test_a_stale_one_keeps_its_value_too(us: Actor, bread: Deal) -> None:
    actions.change(actor=us, deal=bread, title="Changed")
    with pytest.raises(Stale):
        closing.close(actor=us, deal=bread, stage="won", terms=Terms(today(), value=5, currency="EUR"), version=1)
    bread.refresh_from_db()
    assert (bread.stage.key, bread.value) == ("new", 100)


def test_the_reasons_given_most_come_first_and_other_workspaces_keep_theirs(
    us: Actor, bread: Deal, outsider: Membership
) -> None:
    theirs = acting(outsider)
    other = actions.create(actor=theirs, contact_id=create_contact(actor=theirs, name="O").pk)
    actions.move(actor=theirs, deal=other, stage="lost", reason="Elsewhere")
    for reason in ("No budget", "Too dear", "Too dear"):
        deal = actions.create(actor=us, contact_id=bread.contact_id)
        actions.move(actor=us, deal=deal, stage="lost", reason=reason)
    assert closing.reasons(us) == ["Too dear", "No budget"]
