"""Who may be the same person twice, why, and that nobody is asked again."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership
from activity import undoing
from clients.models import Client
from contacts import duplicates
from contacts.actions import change, create, delete
from contacts.likeness import compare_waiting
from contacts.merging import merge, unmerge
from contacts.models import Contact, Likeness
from contacts.people import add_address
from crm.errors import Conflict
from tests.arrivals import addressed
from tests.cast import acting


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


def proposed(actor: Actor) -> list[tuple[str, set[str]]]:
    while compare_waiting():
        pass
    pairs = duplicates.page(actor, "").pairs
    return [(pair.reason, {str(pair.first), str(pair.second)}) for pair in pairs]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"name": "Priya Patel", "company": "Harbour"}, {"name": "Patel, Priya", "company": "HARBOUR"},
         "Same name and company"),
        ({"name": "Jörg Müller"}, {"name": "Jorg Muller"}, "Same name"),
        ({"name": "A", "phone": "+493090182011"}, {"name": "C", "phone": "+433090182012"}, None),
        ({"name": "A", "phone": "+493090182011"}, {"name": "C", "phone": "+433090182011"},
         "Same phone number without its country code"),
        ({"name": "Tom T", "phone": "+493090182011"}, {"name": "Tom T", "phone": "+433090182011"},
         "Same name and phone number"),
        ({"email": "priya.patel@gmail.com"}, {"email": "priya.patel@harbour.example"},
         "Same e-mail name at another domain"),
        ({"email": "priya.patel+news@gmail.com"}, {"email": "priya.patel@harbour.example"},
         "Same e-mail name at another domain"),
        ({"name": "Priya Patel"}, {"name": "P. P.", "email": "patel.priya@example.com"},
         "The name is in the other’s e-mail"),
        ({"name": "Jon Smith", "company": "Acme"}, {"name": "John Smith", "company": "acme"},
         "Similar name, same company"),
        ({"name": "Jon Smith", "company": "Acme"}, {"name": "John Smith", "company": "Other"}, None),
        ({"email": "info@one.example"}, {"email": "info@two.example"}, None),
        ({"email": "anna@one.example"}, {"email": "anna@two.example"}, None),
        ({"name": "Priya Patel"}, {"name": "Priya Rao"}, None),
    ],
)  # fmt: skip
def test_what_two_records_share_is_said_in_words(
    us: Actor, one: dict[str, Any], other: dict[str, Any], reason: str | None
) -> None:
    create(actor=us, **one)
    create(actor=us, **other)
    assert [found for found, _ in proposed(us)] == ([reason] if reason else [])


def test_the_likeliest_come_first(us: Actor) -> None:
    for name, company in (("Ann One", ""), ("Ann One", ""), ("Bob Two", "Acme"), ("Bob Two", "Acme")):
        create(actor=us, name=name, company=company)
    assert [reason for reason, _ in proposed(us)] == ["Same name and company", "Same name"]


def test_a_name_that_half_the_world_has_proposes_nobody(us: Actor) -> None:
    for _ in range(14):
        create(actor=us, name="Test Person")
    proposed(us)
    late = create(actor=us, name="Test Person")
    compare_waiting()
    assert not Likeness.objects.filter(second=late).exists()


def test_who_changes_is_compared_anew(us: Actor) -> None:
    one, _ = create(actor=us, name="Ann One"), create(actor=us, name="Bob Two")
    assert proposed(us) == []
    change(actor=us, contact=one, name="Bob Two")
    assert proposed(us) == [("Same name", {"Bob Two"})]
    change(actor=us, contact=Contact.objects.get(pk=one.pk), name="Ann Again")
    assert proposed(us) == []


def test_a_further_address_counts_too(us: Actor) -> None:
    one = create(actor=us, name="Ann", email="ann@example.com")
    create(actor=us, name="Bea", email="ann.meadows@two.example")
    proposed(us)
    add_address(actor=us, contact=one, address=addressed("email", "ann.meadows@one.example")[0])
    assert [reason for reason, _ in proposed(us)] == ["Same e-mail name at another domain"]


def test_nobody_is_proposed_over_a_wall_nor_to_who_may_not_see_them(
    us: Actor, harbour: Client, meadow: Client, other_client_agent: Membership, viewer: Membership
) -> None:
    create(actor=us, name="Ann One", client_id=harbour.pk)
    create(actor=us, name="Ann One", client_id=meadow.pk)
    assert proposed(us) == []
    create(actor=us, name="Ann One", client_id=harbour.pk)
    assert len(proposed(us)) == 1
    assert proposed(acting(other_client_agent)) == []
    assert duplicates.count(acting(other_client_agent)) == 0
    assert len(proposed(acting(viewer))) == 1


def test_once_somebody_said_that_they_are_two_they_are_never_proposed_again(us: Actor) -> None:
    one, _ = create(actor=us, name="Ann One"), create(actor=us, name="Ann One")
    proposed(us)
    pair = Likeness.objects.get()
    duplicates.dismiss(actor=us, pair=pair)
    change(actor=us, contact=one, company="Acme")
    assert proposed(us) == []
    with pytest.raises(Conflict):
        duplicates.dismiss(actor=us, pair=pair)
    assert (Likeness.objects.get().dismissed_by, duplicates.count(us)) == ("Anna Agent", 0)


def test_that_they_are_two_can_be_taken_back(us: Actor) -> None:
    create(actor=us, name="Ann One")
    create(actor=us, name="Ann One")
    proposed(us)
    pair = Likeness.objects.get()
    duplicates.dismiss(actor=us, pair=pair)
    undo = undoing.offer(us, "They stay two people.", kind="contacts.dismissed", data={"pair": str(pair.pk)})
    assert undo is not None
    undoing.take_back(us, undo.pk)
    assert len(proposed(us)) == 1


def test_who_was_merged_or_deleted_is_proposed_no_more_and_again_when_they_are_back(us: Actor) -> None:
    one, other = create(actor=us, name="Ann One"), create(actor=us, name="Ann One")
    assert len(proposed(us)) == 1
    done = merge(actor=us, winner=one, loser=other)
    assert duplicates.count(us) == 0
    assert proposed(us) == []
    unmerge(actor=us, done=done)
    assert len(proposed(us)) == 1
    delete(actor=us, contact=Contact.objects.get(pk=one.pk))
    assert proposed(us) == []


def test_comparing_costs_the_same_among_many_as_among_few(us: Actor) -> None:
    def cost() -> int:
        create(actor=us, name=f"Zoe {Contact.objects.count()}", email=f"zoe{Contact.objects.count()}@example.com")
        with CaptureQueriesContext(connection) as questions:
            assert compare_waiting() == 1
        return len(questions)

    first = cost()
    for number in range(60):
        create(actor=us, name=f"Person {number}", email=f"person.{number}@example.com")
    proposed(us)
    assert cost() == first


def test_pages_of_proposals_go_on_where_they_ended(us: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "PAGE", 2)
    for number in range(5):
        create(actor=us, name=f"Twin {'abcde'[number]}")
        create(actor=us, name=f"Twin {'abcde'[number]}")
    proposed(us)
    seen, mark = [], ""
    while True:
        page = duplicates.page(us, mark)
        seen += [pair.pk for pair in page.pairs]
        mark = page.more
        if not mark:
            break
    assert len(seen) == len(set(seen)) == 5
    assert duplicates.page(us, "nonsense").pairs[0].pk == seen[0]
