"""Deleting a stage with its deals, renaming and ordering: each taken back."""

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from activity import undoing
from activity.models import Undo
from contacts.actions import create as create_contact
from crm.errors import Conflict, NotAllowed
from deals import actions, retiring, stages
from deals.models import Deal, Stage
from tests.cast import acting

SIX = ["new", "contacted", "interested", "negotiating", "won", "lost"]


@pytest.fixture
def us(admin: Membership) -> Actor:
    return acting(admin)


@pytest.fixture
def made(us: Actor) -> list[Deal]:
    priya = create_contact(actor=us, name="Priya")
    return [actions.create(actor=us, contact_id=priya.pk, stage="contacted", title=str(n)) for n in (2, 1, 0)][::-1]


def stage(us: Actor, key: str) -> Stage:
    return stages.keyed(us.workspace, key)


def keys(us: Actor) -> list[str]:
    return [one.key for one in stages.lay_out(us.workspace)]


def column(key: str) -> str:
    return "".join(Deal.objects.filter(stage__key=key).order_by("place").values_list("title", flat=True))


def last() -> Undo:
    return Undo.objects.latest("created_at")


def test_its_deals_go_where_one_says_in_their_order_and_come_back_with_it(us: Actor, made: list[Deal]) -> None:
    retiring.delete(actor=us, stage=stage(us, "contacted"), into=stage(us, "interested"))
    assert (keys(us), column("interested")) == ([key for key in SIX if key != "contacted"], "012")
    undoing.take_back(us, last().pk)
    assert (keys(us), column("interested"), column("contacted")) == (SIX, "", "012")


@pytest.mark.parametrize(
    ("into", "sentence"),
    [(None, "Say which stage they go to"), ("contacted", "Say which"), ("won", "asked how, one by one")],
)
def test_without_a_place_for_its_deals_it_stays(us: Actor, made: list[Deal], into: str | None, sentence: str) -> None:
    with pytest.raises(Conflict, match=sentence):
        retiring.delete(actor=us, stage=stage(us, "contacted"), into=stage(us, into) if into else None)
    assert (keys(us), column("contacted")) == (SIX, "012")


def test_an_undo_after_a_deal_moved_on_is_refused_and_the_stage_stays_away(us: Actor, made: list[Deal]) -> None:
    retiring.delete(actor=us, stage=stage(us, "contacted"), into=stage(us, "interested"))
    actions.move(actor=us, deal=made[0], stage="new")
    with pytest.raises(Conflict, match="was changed since"):
        undoing.take_back(us, last().pk)
    assert "contacted" not in keys(us)


def test_a_change_is_taken_back_unless_somebody_changed_it_since(us: Actor) -> None:
    one = stage(us, "new")
    stages.change(actor=us, stage=one, name="Fresh")
    retiring.offered(us, one, {"name": "New"})
    undo = last()
    undoing.take_back(us, undo.pk)
    assert stage(us, "new").name == "New"
    one = stages.change(actor=us, stage=stage(us, "new"), name="Fresh")
    retiring.offered(us, one, {"name": "New"})
    stages.change(actor=us, stage=stage(us, "new"), name="Other")
    with pytest.raises(Conflict, match="was changed since"):
        undoing.take_back(us, last().pk)


def test_an_order_is_taken_back(us: Actor) -> None:
    before = stages.lay_out(us.workspace)
    stages.change(actor=us, stage=stage(us, "negotiating"), position=1)
    retiring.offered_order(us, before)
    assert keys(us)[0] == "negotiating"
    undoing.take_back(us, last().pk)
    assert keys(us) == SIX


def test_an_agent_deletes_none(agent: Membership, us: Actor) -> None:
    with pytest.raises(NotAllowed):
        retiring.delete(actor=acting(agent), stage=stage(us, "interested"))
    assert keys(us) == SIX
