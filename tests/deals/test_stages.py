"""The columns of a board: made, renamed, moved and taken away by those who may."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from contacts.actions import create as create_contact
from crm.errors import Conflict, Invalid, NotAllowed, Stale
from deals import actions, stages
from deals.models import Stage, StageChange
from tests.cast import a_workspace, acting
from tests.crowd import times

SIX = ["new", "contacted", "interested", "negotiating", "won", "lost"]


@pytest.fixture
def us(admin: Membership) -> Actor:
    return acting(admin)


def keys(workspace: Workspace) -> list[str]:
    return list(Stage.objects.of(workspace).order_by("position").values_list("key", flat=True))


def stage(us: Actor, key: str) -> Stage:
    return stages.keyed(us.workspace, key)


def test_a_workspace_begins_with_six(us: Actor) -> None:
    assert [one.key for one in stages.lay_out(us.workspace)] == SIX
    assert [one.pk for one in stages.lay_out(us.workspace)] == list(Stage.objects.values_list("pk", flat=True))
    assert [one.kind for one in stages.lay_out(us.workspace)] == ["open"] * 4 + ["won", "lost"]


@pytest.mark.django_db(transaction=True)
def test_laid_out_in_parallel_they_are_six(workspace: Workspace) -> None:
    assert all(not isinstance(answer, Exception) for answer in times(8, lambda: stages.lay_out(workspace)))
    assert keys(workspace) == SIX


def test_an_unknown_key_is_refused_with_those_there_are(us: Actor) -> None:
    with pytest.raises(Invalid, match=r"“nope” is no stage\. Use one of: new, contacted,"):
        stages.keyed(us.workspace, "nope", field="stage")


def test_a_further_one_stands_at_the_right_end_and_its_key_is_taken_once(us: Actor) -> None:
    made = stages.create(actor=us, key="proof", name="Proof")
    assert (keys(us.workspace), made.kind) == ([*SIX, "proof"], "open")
    with pytest.raises(Conflict) as refused:
        stages.create(actor=us, key="proof", name="Again")
    assert refused.value.code == "already_exists"


@pytest.mark.parametrize(
    ("key", "position", "order"),
    [("new", 3, "contacted interested new negotiating won lost"),
     ("lost", 1, "lost new contacted interested negotiating won"),
     ("won", 5, " ".join(SIX)), ("new", 99, "contacted interested negotiating won lost new")],
)  # fmt: skip
def test_a_moved_one_pushes_the_others_aside(us: Actor, key: str, position: int, order: str) -> None:
    stages.change(actor=us, stage=stage(us, key), position=position)
    assert keys(us.workspace) == order.split()
    assert list(Stage.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(SIX), st.integers(1, 7)), max_size=8))
def test_any_moves_keep_the_order_that_a_list_would_have(db: None, moves: list[tuple[str, int]]) -> None:
    workspace = a_workspace()
    stages.lay_out(workspace)
    wanted = list(SIX)
    for key, position in moves:
        stages.change(actor=acting(workspace), stage=stage(acting(workspace), key), position=position)
        wanted.remove(key)
        wanted.insert(position - 1, key)
    assert keys(workspace) == wanted


def test_a_stage_read_before_somebody_changed_it_is_refused(us: Actor) -> None:
    mine = stage(us, "new")
    stages.change(actor=us, stage=stage(us, "new"), name="Fresh")
    with pytest.raises(Stale):
        stages.change(actor=us, stage=mine, name="Mine")
    assert stage(us, "new").name == "Fresh"


def test_an_empty_one_goes_and_one_with_deals_stays(us: Actor) -> None:
    actions.create(actor=us, contact_id=create_contact(actor=us, name="P").pk, stage="contacted")
    stages.delete(actor=us, stage=stage(us, "interested"))
    with pytest.raises(Conflict) as holds:
        stages.delete(actor=us, stage=stage(us, "contacted"))
    assert holds.value.code == "stage_in_use"
    assert keys(us.workspace) == ["new", "contacted", "negotiating", "won", "lost"]


def test_one_with_a_past_goes_and_the_history_still_names_it(us: Actor) -> None:
    deal = actions.create(actor=us, contact_id=create_contact(actor=us, name="P").pk, stage="contacted")
    actions.move(actor=us, deal=deal, stage="new")
    stages.delete(actor=us, stage=stage(us, "contacted"))
    assert keys(us.workspace) == ["new", "interested", "negotiating", "won", "lost"]
    assert [step.to_stage.name for step in StageChange.objects.filter(deal=deal)] == ["Contacted", "New"]
    with pytest.raises(Invalid, match="no stage"):
        actions.move(actor=us, deal=deal, stage="contacted")


def test_the_key_of_a_deleted_one_brings_it_back_as_it_is_told_now(us: Actor) -> None:
    gone = stage(us, "interested")
    stages.delete(actor=us, stage=gone)
    back = stages.create(actor=us, key="interested", name="Keen", probability=45)
    assert (back.pk, back.name, back.probability) == (gone.pk, "Keen", 45)
    assert keys(us.workspace) == ["new", "contacted", "negotiating", "won", "lost", "interested"]


def test_a_pipeline_keeps_one_of_each_kind(us: Actor) -> None:
    for act in (
        lambda: stages.delete(actor=us, stage=stage(us, "won")),
        lambda: stages.change(actor=us, stage=stage(us, "won"), kind="open"),
        lambda: stages.change(actor=us, stage=stage(us, "lost"), kind="won"),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "last_of_its_kind"
    assert [one.kind for one in stages.lay_out(us.workspace)] == ["open"] * 4 + ["won", "lost"]


def test_the_kind_of_a_stage_with_deals_stays(us: Actor) -> None:
    actions.create(actor=us, contact_id=create_contact(actor=us, name="P").pk)
    with pytest.raises(Conflict) as refused:
        stages.change(actor=us, stage=stage(us, "new"), kind="won")
    assert refused.value.code == "stage_in_use"
    assert stages.change(actor=us, stage=stage(us, "interested"), kind="won").kind == "won"


def test_agents_leave_the_columns_alone(us: Actor, agent: Membership) -> None:
    with pytest.raises(NotAllowed):
        stages.create(actor=acting(agent), key="mine", name="Mine")
    with pytest.raises(NotAllowed):
        stages.change(actor=acting(agent), stage=stage(us, "new"), name="Mine")
    with pytest.raises(NotAllowed):
        stages.delete(actor=acting(agent), stage=stage(us, "new"))
    assert keys(us.workspace) == SIX
