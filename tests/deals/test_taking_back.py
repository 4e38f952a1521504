"""Every change of a deal is taken back: to its former values, stage and neighbours; not over what others did since."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from activity import undoing
from activity.models import Undo
from contacts.actions import create as create_contact
from contacts.models import Contact
from crm.errors import Conflict
from deals import actions, many, taking_back
from deals.many import Chosen
from deals.models import Deal
from tests.arrivals import events
from tests.cast import acting
from tests.crowd import InBackground, at_once

COLUMNS = ("new", "contacted", "negotiating")


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def priya(us: Actor) -> Contact:
    return create_contact(actor=us, name="Priya")


def cards(us: Actor, priya: Contact, count: int, stage: str = "new") -> list[Deal]:
    made = [actions.create(actor=us, contact_id=priya.pk, stage=stage, title=str(n)) for n in reversed(range(count))]
    return made[::-1]


def column(stage: str) -> str:
    rows = Deal.objects.filter(stage__key=stage, deleted_at=None).order_by("place")
    return "".join(rows.values_list("title", flat=True))


def doing(us: Actor, pks: list[UUID], act: Callable[[], Any]) -> Undo:
    """Do it as a verb does: note how it stands, act, offer the way back."""
    with transaction.atomic():
        before = taking_back.standing(us, pks)
        act()
        undo = taking_back.offered(us, "Done.", before)
    assert undo is not None
    return undo


def test_a_moved_card_goes_back_between_its_neighbours_and_the_history_says_so(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 3)
    undo = doing(us, [made[1].pk], lambda: actions.move(actor=us, deal=made[1], stage="negotiating"))
    assert (column("new"), column("negotiating")) == ("02", "1")
    undoing.take_back(us, undo.pk)
    assert (column("new"), column("negotiating")) == ("012", "")
    steps = made[1].stage_changes.values_list("from_stage__key", "to_stage__key")
    assert list(steps) == [(None, "new"), ("new", "negotiating"), ("negotiating", "new")]


def test_a_deal_that_was_lost_forgets_why_and_since_when(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    before = Deal.objects.values("stage_since", "closed_at", "lost_reason", "value").get()
    undo = doing(us, [deal.pk], lambda: actions.move(actor=us, deal=deal, stage="lost", reason="Too dear"))
    undoing.take_back(us, undo.pk)
    assert Deal.objects.values("stage_since", "closed_at", "lost_reason", "value").get() == before


def test_fields_get_their_former_values(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    undo = doing(
        us, [deal.pk], lambda: actions.change(actor=us, deal=deal, title="New", value=5, currency="USD", owner_id=us.id)
    )
    assert Deal.objects.get().owner_id == us.id
    undoing.take_back(us, undo.pk)
    assert Deal.objects.values("title", "value", "currency", "owner_id").get() == {
        "title": "0", "value": 0, "currency": deal.currency, "owner_id": None,
    }  # fmt: skip


def test_what_somebody_else_changed_meanwhile_stays_theirs(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    undo = doing(us, [deal.pk], lambda: actions.change(actor=us, deal=deal, title="Mine"))
    actions.change(actor=us, deal=deal, notes="Theirs")
    undoing.take_back(us, undo.pk)
    assert Deal.objects.values("title", "notes").get() == {"title": "0", "notes": "Theirs"}


@pytest.mark.parametrize("since", ["move", "title", "delete", "place"])
def test_an_undo_over_a_later_change_of_the_same_is_refused_and_changes_nothing(
    us: Actor, priya: Contact, since: str
) -> None:
    made = cards(us, priya, 3)
    deal = made[0]

    def act() -> None:
        actions.change(actor=us, deal=deal, title="Mine")
        actions.move(actor=us, deal=deal, stage="new" if since == "place" else "contacted", after=None)

    if since == "place":
        undo = doing(us, [made[2].pk], lambda: actions.move(actor=us, deal=made[2], stage="new"))
        actions.move(actor=us, deal=made[2], stage="new", after=made[0].pk)
    else:
        undo = doing(us, [deal.pk], act)
    if since == "move":
        actions.move(actor=us, deal=deal, stage="negotiating")
    elif since == "title":
        actions.change(actor=us, deal=deal, title="Theirs")
    elif since == "delete":
        actions.delete(actor=us, deal=deal)
    before = list(Deal.objects.order_by("pk").values())
    with pytest.raises(Conflict, match="Nothing was taken back"):
        undoing.take_back(us, undo.pk)
    assert list(Deal.objects.order_by("pk").values()) == before
    undo.refresh_from_db()
    assert undo.taken_back_at is None


def test_a_deleted_deal_comes_back_to_its_place_and_is_told(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 3)
    undo = doing(us, [made[1].pk], lambda: actions.delete(actor=us, deal=made[1]))
    assert column("new") == "02"
    undoing.take_back(us, undo.pk)
    assert column("new") == "012"
    assert events("deal.deleted", "deal.restored") == ["deal.deleted", "deal.restored"]


def test_a_created_deal_goes_again_unless_somebody_worked_on_it(us: Actor, priya: Contact) -> None:
    first, second = cards(us, priya, 2)
    undos = [taking_back.offered_creation(us, "Created.", deal) for deal in (first, second)]
    actions.change(actor=us, deal=second, title="Worked on")
    assert undos[0] is not None
    undoing.take_back(us, undos[0].pk)
    assert undos[1] is not None
    with pytest.raises(Conflict, match="was changed since it was created"):
        undoing.take_back(us, undos[1].pk)
    assert [deal.title for deal in Deal.objects.visible_to(us)] == ["Worked on"]


def test_one_undo_takes_back_many_moves_into_the_order_they_had(us: Actor, priya: Contact) -> None:
    made = cards(us, priya, 6)
    chosen = [made[number] for number in (1, 2, 4)]
    undo = doing(
        us, [deal.pk for deal in chosen],
        lambda: many.move(actor=us, chosen=[Chosen(deal, 1) for deal in chosen], stage="contacted"),
    )  # fmt: skip
    assert (column("new"), column("contacted")) == ("035", "124")
    undoing.take_back(us, undo.pk)
    assert (column("new"), column("contacted")) == ("012345", "")


def test_where_nothing_changed_nothing_is_offered(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    with transaction.atomic():
        assert taking_back.offered(us, "Done.", taking_back.standing(us, [deal.pk])) is None
    assert not Undo.objects.exists()


def test_how_deals_stand_is_one_query_for_one_and_for_many(
    us: Actor, priya: Contact, django_assert_num_queries: Any
) -> None:
    pks = [deal.pk for deal in cards(us, priya, 8)]
    with django_assert_num_queries(1):
        taking_back.standing(us, pks[:1])
    with django_assert_num_queries(1):
        taking_back.standing(us, pks)


@example(moves=[([0], "new", None), ([0, 1], "new", 3)])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(
            st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
            st.sampled_from(COLUMNS),
            st.one_of(st.none(), st.integers(0, 5)),
        ),
        max_size=12,
    )
)
def test_any_moves_taken_back_from_the_last_to_the_first_leave_the_board_as_it_was(
    us: Actor, priya: Contact, moves: list[tuple[list[int], str, int | None]]
) -> None:
    Deal.objects.update(deleted_at="2020-01-01T00:00Z")
    made = cards(us, priya, 6)
    boards: list[tuple[str, ...]] = []
    undos: list[Undo | None] = []
    for numbers, stage, neighbour in moves:
        boards.append(tuple(map(column, COLUMNS)))
        chosen = [Chosen(Deal.objects.get(pk=made[number].pk)) for number in numbers]
        beside = made[neighbour].pk if neighbour is not None and neighbour not in numbers else None
        if beside and Deal.objects.get(pk=beside).stage.key != stage:
            beside = None
        with transaction.atomic():
            before = taking_back.standing(us, [one.deal.pk for one in chosen])
            many.move(actor=us, chosen=chosen, stage=stage, before=beside)
            undos.append(taking_back.offered(us, "Moved.", before))
    for was, undo in zip(reversed(boards), reversed(undos), strict=True):
        if undo is not None:
            undoing.take_back(us, undo.pk)
        assert tuple(map(column, COLUMNS)) == was


@pytest.mark.django_db(transaction=True)
def test_two_presses_of_undo_at_once_take_it_back_once(us: Actor, priya: Contact) -> None:
    deal = cards(us, priya, 1)[0]
    undo = doing(us, [deal.pk], lambda: actions.move(actor=us, deal=deal, stage="contacted"))
    answers = at_once([lambda: undoing.take_back(us, undo.pk)] * 2)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert deal.stage_changes.count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_undo_waits_for_a_colleague_who_is_moving_the_same_card_and_then_steps_back(
    us: Actor, priya: Contact
) -> None:
    deal = cards(us, priya, 1)[0]
    undo = doing(us, [deal.pk], lambda: actions.move(actor=us, deal=deal, stage="contacted"))
    with transaction.atomic():
        actions.move(actor=us, deal=deal, stage="negotiating")
        later = InBackground(lambda: undoing.take_back(us, undo.pk))
        later.join(0.3)
        assert later.is_alive()
    with pytest.raises(Conflict, match="was changed since"):
        later.result()
    assert Deal.objects.get().stage.key == "negotiating"


@pytest.mark.django_db(transaction=True)
def test_two_people_who_move_the_same_cards_to_different_columns_never_block_each_other(
    us: Actor, priya: Contact
) -> None:
    made = cards(us, priya, 8)

    def moves(order: list[Deal], stage: str) -> Callable[[], object]:
        return lambda: many.move(actor=us, chosen=[Chosen(deal) for deal in order], stage=stage)

    answers = at_once([moves(made, "contacted"), moves(made[::-1], "negotiating"), moves(made[2:6], "interested")])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Deal.objects.values("stage", "place").distinct().count() == 8
