"""The same done to several deals: whole for each, and told exactly where some of them refuse."""

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from contacts.actions import create as create_contact
from crm.errors import Invalid, NotAllowed
from deals import actions, many
from deals.many import Chosen
from deals.models import Deal
from tests.cast import acting


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def made(us: Actor) -> list[Deal]:
    priya = create_contact(actor=us, name="Priya")
    return [actions.create(actor=us, contact_id=priya.pk, title=str(n)) for n in (3, 2, 1, 0)][::-1]


def column(stage: str) -> str:
    return "".join(Deal.objects.filter(stage__key=stage).order_by("place").values_list("title", flat=True))


def test_they_go_below_each_other_in_the_order_they_were_given(us: Actor, made: list[Deal]) -> None:
    many.move(actor=us, chosen=[Chosen(made[2]), Chosen(made[0])], stage="contacted")
    many.move(actor=us, chosen=[Chosen(made[1]), Chosen(made[3])], stage="contacted", before=made[0].pk)
    assert column("contacted") == "2130"


def test_one_that_was_changed_is_named_and_the_others_go(us: Actor, made: list[Deal]) -> None:
    actions.change(actor=us, deal=made[1], title="Bread")
    outcome = many.move(actor=us, chosen=[Chosen(deal, 1) for deal in made[:3]], stage="contacted")
    assert (column("contacted"), [deal.pk for deal, _ in outcome.refused]) == ("02", [made[1].pk])
    assert many.words(outcome, "moved to Contacted") == (
        "2 deals moved to Contacted. “1” was left as it is: somebody changed it since you saw it."
    )


def test_too_many_are_refused_before_the_first(us: Actor, made: list[Deal]) -> None:
    with pytest.raises(Invalid, match="At most 200 deals at a time"):
        many.move(actor=us, chosen=[Chosen(made[0])] * 201, stage="contacted")
    assert column("contacted") == ""


def test_who_may_not_write_changes_none(viewer: Membership, made: list[Deal]) -> None:
    with pytest.raises(NotAllowed):
        many.move(actor=acting(viewer), chosen=[Chosen(made[0])], stage="contacted")
    assert column("contacted") == ""
