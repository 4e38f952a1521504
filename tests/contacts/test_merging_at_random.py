"""Merges, new messages, edits and un-merges in any order, against a model that keeps nothing but who said what."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.actors import Actor
from accounts.models import Membership
from contacts import labels
from contacts.actions import change, create
from contacts.merging import merge, unmerge
from contacts.models import Contact, ContactLabel, Identity, Label, Merge
from deals import actions as deals
from deals.models import Deal
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import acting

NAMES = ("Ada", "Ben", "Cleo", "Dan")


@dataclass
class Person:
    """Slow and plain: what is this person's own, as if nobody had ever been merged. fields: what was written of them
    before they were merged anywhere."""

    name: str
    threads: set[str] = field(default_factory=set)
    deals: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    into: str | None = None


# They all run in one transaction, and no two may make the same person.
EXAMPLES = count(1)


class Merging(RuleBasedStateMachine):
    actor: Actor

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Person] = {}
        self.rows: dict[str, Contact] = {}
        self.merges: dict[str, Merge] = {}
        self.given: set[str] = set()
        self.number, self.example = 0, next(EXAMPLES)

    @initialize()
    def begin(self) -> None:
        for name in NAMES:
            self.rows[name] = create(actor=self.actor, name=name, email=self.address(name), company=f"{name} Ltd")
            self.people[name] = Person(name)

    def address(self, name: str) -> str:
        return f"{name.lower()}-{self.example}@example.com"

    def root(self, name: str) -> str:
        above = self.people[name].into
        return self.root(above) if above else name

    def heads(self) -> list[str]:
        return [name for name, person in self.people.items() if person.into is None]

    def row(self, name: str) -> Contact:
        return Contact.objects.get(pk=self.rows[name].pk)

    @rule(name=st.sampled_from(NAMES))
    def writes_in(self, name: str) -> None:
        conversation = write_in(self.actor, sender=self.address(name)).conversation
        self.people[name].threads.add(str(conversation.pk))

    @rule(name=st.sampled_from(NAMES))
    def gets_a_deal_on_a_thread(self, name: str) -> None:
        if self.people[name].threads:
            thread = min(self.people[name].threads)
            deal = deals.create(actor=self.actor, conversation_id=Conversation.objects.get(pk=thread).pk)
            self.people[name].deals.add(str(deal.pk))

    @rule(name=st.sampled_from(NAMES), label=st.sampled_from(["one", "two"]))
    def gets_a_label(self, name: str, label: str) -> None:
        """Only before they were ever merged: of whom one that came later is, nobody can know."""
        if self.people[name].into is None and not any(one.into == name for one in self.people.values()):
            found = labels.named(actor=self.actor, name=label)
            labels.bulk_label(actor=self.actor, contact_ids=[self.rows[name].pk], label=found, attach=True)
            self.people[name].labels.add(label)

    @rule(data=st.data(), taken=st.sets(st.sampled_from(["name", "email", "company"])))
    def are_merged(self, data: st.DataObject, taken: set[str]) -> None:
        heads = self.heads()
        if len(heads) < 2:
            return
        winner, loser = data.draw(st.permutations(heads))[:2]
        self.merges[loser] = merge(actor=self.actor, winner=self.row(winner), loser=self.row(loser), taken=taken)
        self.people[loser].into = winner

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def come_apart(self, data: st.DataObject) -> None:
        loser = data.draw(st.sampled_from(sorted(self.merges)))
        back, edited = unmerge(actor=self.actor, done=self.merges.pop(loser))
        assert (back.pk, edited) == (self.rows[loser].pk, [])
        self.people[loser].into = None

    @invariant()
    def everything_hangs_on_whom_it_belongs_to(self) -> None:
        for head in self.heads() if self.people else []:
            members = [one for one in self.people.values() if self.root(one.name) == head]
            row = self.row(head)
            assert threads(row) == set().union(*(one.threads for one in members)), head
            assert owned(Deal, row) == set().union(*(one.deals for one in members)), head
            assert addresses(row) == {self.address(one.name) for one in members}, head
            assert borne(row) == set().union(*(one.labels for one in members)), head
            assert row.email in addresses(row)
            if len(members) == 1:
                assert (row.name, row.email, row.company) == (head, self.address(head), f"{head} Ltd")

    @invariant()
    def whoever_was_merged_away_holds_nothing(self) -> None:
        for name, person in self.people.items():
            if person.into is not None:
                assert (threads(self.row(name)), addresses(self.row(name))) == (set(), set())


def owned(model: type[Deal] | type[Conversation], row: Contact) -> set[str]:
    return {str(pk) for pk in model.objects.filter(contact=row).values_list("pk", flat=True)}


def threads(row: Contact) -> set[str]:
    return owned(Conversation, row)


def addresses(row: Contact) -> set[str]:
    return set(Identity.objects.filter(contact=row).values_list("value", flat=True))


def borne(row: Contact) -> set[str]:
    ids = ContactLabel.objects.filter(contact=row).values("label")
    return set(Label.objects.filter(pk__in=ids).values_list("name", flat=True))


@pytest.mark.django_db
def test_any_order_of_merges_messages_and_unmerges_gives_each_person_what_is_theirs(agent: Membership) -> None:
    Merging.actor = acting(agent)
    run_state_machine_as_test(
        Merging,
        settings=settings(max_examples=25, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )


def test_a_field_that_was_edited_in_the_middle_of_a_chain_stays_and_is_named(agent: Membership) -> None:
    us = acting(agent)
    ada, ben, cleo = (create(actor=us, name=name, email=f"{name}@example.com") for name in ("ada", "ben", "cleo"))
    change(actor=us, contact=cleo, company="Cleo Ltd", phone="+14155550103")
    inner = merge(actor=us, winner=ben, loser=Contact.objects.get(pk=cleo.pk))
    merge(actor=us, winner=ada, loser=Contact.objects.get(pk=ben.pk))
    change(actor=us, contact=Contact.objects.get(pk=ada.pk), company="Written since")

    _, edited = unmerge(actor=us, done=inner)

    ada, ben, cleo = (Contact.objects.get(pk=one.pk) for one in (ada, ben, cleo))
    assert edited == ["company"]
    assert (ada.company, ada.phone) == ("Written since", "")
    assert (ben.company, ben.phone) == ("", "")
    assert (cleo.company, cleo.phone) == ("Cleo Ltd", "+14155550103")


def test_a_value_that_two_merged_people_share_comes_from_the_one_who_is_left(agent: Membership) -> None:
    us = acting(agent)
    ada, ben, cleo = (create(actor=us, name=name) for name in ("ada", "ben", "cleo"))
    change(actor=us, contact=ben, company="Ben Ltd", custom_fields={"size": 1})
    change(actor=us, contact=cleo, company="Cleo Ltd", custom_fields={"size": 2, "colour": "red"})
    first = merge(actor=us, winner=ada, loser=ben)
    second = merge(actor=us, winner=Contact.objects.get(pk=ada.pk), loser=cleo)
    ada.refresh_from_db()
    assert (ada.company, ada.custom_fields) == ("Ben Ltd", {"size": 1, "colour": "red"})

    assert unmerge(actor=us, done=first)[1] == []
    ada.refresh_from_db()
    assert (ada.company, ada.custom_fields) == ("Cleo Ltd", {"size": 2, "colour": "red"})

    assert unmerge(actor=us, done=second)[1] == []
    ada.refresh_from_db()
    assert (ada.company, ada.custom_fields) == ("", {})


def test_a_primary_address_that_goes_with_its_person_gives_way_to_one_s_own(agent: Membership) -> None:
    us = acting(agent)
    ada, ben = (create(actor=us, name=name, email=f"{name}@example.com") for name in ("ada", "ben"))
    done = merge(actor=us, winner=ada, loser=ben)
    change(actor=us, contact=Contact.objects.get(pk=ada.pk), email="ben@example.com")
    unmerge(actor=us, done=done)
    assert Contact.objects.get(pk=ada.pk).email == "ada@example.com"
    assert Contact.objects.get(pk=ben.pk).email == "ben@example.com"
