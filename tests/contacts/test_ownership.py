"""Which side may write a field, and who is remembered as its writer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from contacts.actions import change, create
from contacts.models import Contact
from contacts.ownership import SIDES, Origin, Side, declare_behaviour, may_write, origin_of, written_time
from tests.cast import acting

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
HUMAN = ("person", "key", "system")
PEOPLES = ("name", "email", "phone", "company", "status", "custom_fields.city", "custom_fields.")
BEHAVIOUR = tuple(name for name, side in SIDES.items() if side is Side.VENDOR)
OURS = tuple(name for name, side in SIDES.items() if side is Side.OURS)

moments = st.integers(-5, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))
kinds = st.sampled_from((*HUMAN, "connection"))


@st.composite
def origins(draw: st.DrawFn, kind: st.SearchStrategy[str] = kinds) -> Origin:
    found = {"by": "somebody", "kind": draw(kind), "at": written_time(draw(moments))}
    return found | draw(st.just({}) | moments.map(lambda at: {"agreed": written_time(at)}))


def newest(origin: Origin) -> datetime:
    return max(datetime.fromisoformat(origin[key]) for key in ("at", "agreed") if key in origin)


@given(field=st.sampled_from(PEOPLES), origin=origins(st.sampled_from(HUMAN)), changed_at=moments)
def test_against_a_person_the_vendors_change_wins_only_if_it_is_newer(
    field: str, origin: Origin, changed_at: datetime
) -> None:
    assert may_write(field, origin, "connection", changed_at) == (changed_at > newest(origin))


@given(field=st.sampled_from(PEOPLES), origin=origins(st.just("connection")), changed_at=moments)
def test_among_outside_systems_the_later_one_wins(field: str, origin: Origin, changed_at: datetime) -> None:
    assert may_write(field, origin, "connection", changed_at) == (changed_at >= newest(origin))


@given(field=st.sampled_from(PEOPLES), origin=origins())
def test_without_a_time_only_what_no_person_wrote_is_taken(field: str, origin: Origin) -> None:
    assert may_write(field, origin, "connection", None) == (origin["kind"] == "connection")
    assert may_write(field, None, "connection", None)


@given(field=st.sampled_from(PEOPLES), origin=st.none() | origins(), kind=st.sampled_from(HUMAN))
def test_people_write_their_own_fields_whenever_they_want(field: str, origin: Origin | None, kind: str) -> None:
    assert may_write(field, origin, kind, None)


@given(field=st.sampled_from(BEHAVIOUR), origin=origins(), changed_at=st.none() | moments)
def test_behaviour_is_the_vendors_whoever_wrote_it_and_never_goes_back_in_time(
    field: str, origin: Origin, changed_at: datetime | None
) -> None:
    older = origin["kind"] == "connection" and changed_at is not None and changed_at < newest(origin)
    assert may_write(field, origin, "connection", changed_at) == (not older)
    assert not may_write(field, origin, "person", None)


@given(field=st.sampled_from(OURS), origin=st.none() | origins(), changed_at=st.none() | moments)
def test_what_we_tell_outside_systems_is_never_taken_back_from_them(
    field: str, origin: Origin | None, changed_at: datetime | None
) -> None:
    assert not may_write(field, origin, "connection", changed_at)


@given(
    field=st.sampled_from((*PEOPLES, *BEHAVIOUR)),
    words=st.lists(st.tuples(kinds, moments), min_size=1, max_size=6, unique_by=lambda word: word[1]),
    data=st.data(),
)
def test_in_whatever_order_the_vendors_words_come_the_newest_stands(
    field: str, words: list[tuple[str, datetime]], data: st.DataObject
) -> None:
    spoken = [at for kind, at in words if kind == "connection"]
    origin: Origin | None = None
    for at in data.draw(st.permutations(spoken)):
        if may_write(field, origin, "connection", at):
            origin = {"kind": "connection", "at": written_time(at)}
    assert (origin and newest(origin)) == max(spoken, default=None)


def test_a_system_declares_behaviour_of_its_own_but_not_of_what_is_ours() -> None:
    declare_behaviour("test_rating", "crm_id")
    try:
        assert (SIDES["custom_fields.test_rating"], SIDES["custom_fields.crm_id"]) == (Side.VENDOR, Side.OURS)
    finally:
        del SIDES["custom_fields.test_rating"]


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


def test_a_person_signs_each_custom_field_that_they_changed_and_no_other(us: Actor, owner: Membership) -> None:
    contact = create(actor=us.back_at(NOON), name="Priya", custom_fields={"city": "Pune", "size": 3})
    change(actor=acting(owner), contact=contact, custom_fields={"city": "Pune", "size": 4, "new": ""})
    written = {name: origin["by"] for name, origin in Contact.objects.get().field_origins.items()}
    assert written == {
        "name": "Anna Agent",
        "custom_fields.city": "Anna Agent",
        "custom_fields.size": "Olga Owner",
        "custom_fields.new": "Olga Owner",
    }


def test_a_field_that_was_taken_away_is_remembered_by_who_did_it(us: Actor, owner: Membership) -> None:
    contact = create(actor=us, name="Priya", custom_fields={"city": "Pune"})
    change(actor=acting(owner), contact=contact, custom_fields={})
    assert Contact.objects.get().field_origins["custom_fields.city"]["by"] == "Olga Owner"


def test_custom_fields_that_were_signed_as_one_keep_their_writer() -> None:
    contact = Contact(custom_fields={"a": 1}, field_origins={"custom_fields": {"by": "Anna"}})
    assert origin_of(contact, "custom_fields.a") == {"by": "Anna"}
    assert origin_of(contact, "name") is None
