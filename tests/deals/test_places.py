"""Where cards stand in their columns: as told, each in a slot of its own, however often and however many move them."""

from functools import partial
from itertools import pairwise

import pytest
from django.db.models import Min
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from contacts.actions import create as create_contact
from contacts.models import Contact
from crm.errors import Invalid, Stale
from deals import actions, places
from deals.models import Deal, Stage, StageChange
from deals.stages import lay_out
from tests.arrivals import events
from tests.cast import acting
from tests.crowd import at_once

COLUMNS = ("new", "contacted", "won")


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def priya(us: Actor) -> Contact:
    return create_contact(actor=us, name="Priya")


def cards(us: Actor, priya: Contact, count: int, stage: str = "new") -> list[Deal]:
    """Deals that stand in this order from the top down."""
    made = [actions.create(actor=us, contact_id=priya.pk, stage=stage, title=str(n)) for n in reversed(range(count))]
    return made[::-1]


def crowd(made: list[Deal]) -> None:
    """Leave no room between these cards of one column."""
    lowest = Deal.objects.aggregate(place=Min("place"))["place"]
    for number, deal in enumerate(made):
        Deal.objects.filter(pk=deal.pk).update(place=lowest - 100 + number)


def column(stage: str) -> list[str]:
    return list(
        Deal.objects.filter(stage__key=stage, deleted_at=None).order_by("place").values_list("title", flat=True)
    )


def test_a_new_card_stands_on_top(us: Actor, priya: Contact) -> None:
    cards(us, priya, 3)
    assert column("new") == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("moved", "how", "order"),
    [
        (0, {"before": 2}, "102"), (0, {"after": 2}, "120"), (2, {"before": 0}, "201"), (2, {"after": 0}, "021"),
        (1, {}, "102"), (1, {"before": 2}, "012"), (1, {"after": 0}, "012"), (0, {}, "012"),
    ],
)  # fmt: skip
def test_a_card_goes_where_it_is_told(us: Actor, priya: Contact, moved: int, how: dict[str, int], order: str) -> None:
    made = cards(us, priya, 3)
    where = {side: made[number].pk for side, number in how.items()}
    actions.move(actor=us, deal=made[moved], stage="new", **where)  # type: ignore[arg-type]
    assert "".join(column("new")) == order
    assert StageChange.objects.count() == 3, "only the three creations"


def test_a_move_to_another_column_is_written_down(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    other = cards(us, priya, 1, "won")[0]
    actions.move(actor=us, deal=deal, stage="won", after=other.pk)
    change = StageChange.objects.filter(deal=deal).latest("changed_at", "id")
    assert change.from_stage is not None
    assert (change.from_stage.key, change.to_stage.key, change.actor_name) == ("new", "won", "Anna Agent")
    assert events("deal.stage_changed", "deal.won", subject=deal.pk) == ["deal.stage_changed", "deal.won"]
    deal.refresh_from_db()
    assert deal.closed_at == deal.stage_since == change.changed_at


def test_a_lost_deal_says_why_and_one_that_comes_back_forgets_it(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    deal = actions.move(actor=us, deal=deal, stage="lost", reason="Too dear")
    assert (deal.lost_reason, deal.closed_at is None) == ("Too dear", False)
    deal = actions.move(actor=us, deal=deal, stage="new")
    assert (deal.lost_reason, deal.closed_at) == ("", None)
    assert events("deal.lost") == ["deal.lost"]


def test_a_card_cannot_stand_beside_one_that_is_elsewhere_or_itself(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    other = cards(us, priya, 1, "won")[0]
    for neighbour in (other.pk, deal.pk, priya.pk):
        with pytest.raises(Invalid) as refused:
            actions.move(actor=us, deal=deal, stage="new", before=neighbour)
        assert list(refused.value.fields) == ["before"]
    with pytest.raises(Invalid, match="not both"):
        actions.move(actor=us, deal=deal, stage="won", before=other.pk, after=other.pk)
    with pytest.raises(Invalid, match="no stage"):
        actions.move(actor=us, deal=deal, stage="nowhere")
    assert column("new") == ["0"]


def test_a_change_of_place_alone_is_told_to_who_listens(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 2)
    actions.move(actor=us, deal=made[1], stage="new", before=made[0].pk)
    assert events("deal.updated", "deal.stage_changed") == ["deal.updated"]


def test_a_stale_version_moves_and_changes_nothing(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    actions.change(actor=us, deal=deal, title="Changed", version=1)
    for act in (
        lambda: actions.move(actor=us, deal=deal, stage="won", version=1),
        lambda: actions.change(actor=us, deal=deal, title="Again", version=1),
        lambda: actions.delete(actor=us, deal=deal, version=1),
    ):
        with pytest.raises(Stale) as refused:
            act()
        assert refused.value.version == 2
    assert column("new") == ["Changed"]


def test_a_column_without_room_is_spaced_out_in_its_order(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 4)
    crowd(made)
    actions.move(actor=us, deal=made[3], stage="new", after=made[0].pk)
    assert column("new") == ["0", "3", "1", "2"]
    gaps = sorted(Deal.objects.values_list("place", flat=True))
    assert all(later - earlier >= places.GAP // 2 for earlier, later in pairwise(gaps))


def test_a_card_whose_own_place_changed_while_its_column_was_spaced_out_goes_where_it_is_told(
    us: Actor, priya: Contact
) -> None:
    made = cards(us, priya, 3)
    # Spaced out, the middle of the first two is where the third stood before.
    for deal, place in zip(made, (0, 1, places.GAP + places.GAP // 2), strict=True):
        Deal.objects.filter(pk=deal.pk).update(place=place)
    actions.move(actor=us, deal=made[2], stage="new", before=made[1].pk)
    assert column("new") == ["0", "2", "1"]


def test_many_moves_between_two_cards_never_run_out_of_room(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 4)
    for turn in range(60):
        actions.move(actor=us, deal=made[1 + turn % 2], stage="new", after=made[0].pk)
    assert column("new") == ["0", "2", "1", "3"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(
            st.integers(0, 5), st.sampled_from(COLUMNS), st.sampled_from(["top", "before", "after"]), st.integers(0, 9)
        ),
        max_size=25,
    )
)
def test_any_moves_keep_the_order_that_lists_would_have(
    us: Actor, priya: Contact, moves: list[tuple[int, str, str, int]]
) -> None:
    Deal.objects.update(deleted_at="2020-01-01T00:00Z")
    board: dict[str, list[Deal]] = {key: [] for key in COLUMNS}
    made = cards(us, priya, 6)
    crowd(made)
    board["new"] = list(made)
    for number, stage, side, beside in moves:
        deal = made[number]
        others = [card for card in board[stage] if card.pk != deal.pk]
        neighbour = others[beside % len(others)] if others and side != "top" else None
        where = {side: neighbour.pk} if neighbour else {}
        actions.move(actor=us, deal=deal, stage=stage, **where)  # type: ignore[arg-type]
        next(cards for cards in board.values() if deal in cards).remove(deal)
        at = others.index(neighbour) + (side == "after") if neighbour else 0
        board[stage] = [*others[:at], deal, *others[at:]]
    for stage, wanted in board.items():
        assert column(stage) == [card.title for card in wanted]


@pytest.mark.django_db(transaction=True)
def test_parallel_moves_in_one_column_each_get_their_place(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 6)
    crowd(made)
    move = partial(actions.move, actor=us, stage="new")
    works = [
        *(partial(move, deal=made[number], after=made[0].pk) for number in (1, 2, 3)),
        *(partial(move, deal=made[number], before=made[0].pk) for number in (4, 5)),
        *(partial(actions.create, actor=us, contact_id=priya.pk, title=f"new {number}") for number in range(3)),
    ]
    answers = at_once(works)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    order = [title for title in column("new") if title.isdigit()]
    assert order.index("0") == 2
    assert set(order[:2]) == {"4", "5"}
    assert Deal.objects.values("stage", "place").distinct().count() == 9


@pytest.mark.django_db(transaction=True)
def test_cards_that_leave_a_column_while_it_is_spaced_out_keep_their_new_place(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 8)
    cards(us, priya, 3, "won")
    crowd(made)
    works = [
        *(partial(actions.move, actor=us, deal=made[number], stage="won") for number in range(1, 5)),
        *(partial(actions.move, actor=us, deal=made[n], stage="new", after=made[0].pk) for n in (5, 6, 7)),
        *(partial(actions.change, actor=us, deal=made[n], stage="contacted", title="c") for n in (2, 6)),
    ]
    answers = at_once(works)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert column("won")[-3:] == ["0", "1", "2"], "what was there stays below what came"
    assert Deal.objects.values("stage", "place").distinct().count() == 11


def test_the_columns_of_two_workspaces_are_apart(us: Actor, priya: Contact, outsider: Membership) -> None:
    cards(us, priya, 1)
    theirs = acting(outsider)
    cards(theirs, create_contact(actor=theirs, name="Else"), 1)
    assert Stage.objects.filter(key="new").count() == 2
    assert [stage.key for stage in lay_out(us.workspace)] == [
        "new", "contacted", "interested", "negotiating", "won", "lost"
    ]  # fmt: skip
