"""People as outside systems know them, taken in by the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from activity.models import Event
from clients.models import Client
from contacts import labels
from contacts.actions import create, delete
from contacts.addresses import Address
from contacts.incoming import Known, Met, take_in
from contacts.merging import merge
from contacts.models import Contact, ContactLabel, Identity, Label, Suppression
from contacts.people import add_address
from crm.errors import Invalid
from crm.ids import uuid7
from tests.arrivals import PRIYA, events
from tests.cast import acting
from tests.crowd import times

MAY = datetime(2026, 5, 3, 9, tzinfo=UTC)
LATER = timedelta(minutes=5)


@pytest.fixture
def kirim(workspace: Workspace) -> Actor:
    return Actor(workspace=workspace, kind="connection", name="Kirim", id=uuid7(), acted_at=MAY + timedelta(days=1))


@pytest.fixture
def anna(agent: Membership) -> Actor:
    return acting(agent).back_at(MAY)


def known(key: str = "ctc_1", *, email: str = "", phone: str = "", **more: Any) -> Known:
    addresses = [Address(kind, text) for kind, text in (("email", email), ("phone", phone)) if text]
    return Known(system="kirim", key=key, addresses=addresses, **more)


def take(actor: Actor, *people: Known, client: Client | None = None) -> list[Met]:
    return take_in(actor=actor, client_id=client.pk if client else None, people=people)


def one(actor: Actor, person: Known) -> Met:
    return take(actor, person)[0]


def fresh(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def values(contact: Contact) -> list[str]:
    return sorted(f"{one.kind}:{one.value}" for one in Identity.objects.filter(contact=contact))


def test_somebody_new_comes_with_addresses_fields_labels_and_who_said_so(kirim: Actor) -> None:
    met = one(
        kirim,
        known(
            email="Priya@Example.com", phone="+1 (415) 555-0101",
            fields={"name": "Priya", "custom_fields.city": "Pune"}, changed_at=MAY,
            active_at=MAY - LATER, source="Kirim", labels=["VIP"],
        ),
    )  # fmt: skip
    contact = fresh(met.contact)
    assert (met.outcome, met.left, met.refused) == ("new", (), "")
    assert (contact.name, contact.email, contact.phone, contact.source) == ("Priya", PRIYA, "+14155550101", "Kirim")
    assert contact.custom_fields == {"city": "Pune"}
    assert contact.last_activity_at == MAY - LATER
    assert values(contact) == [f"email:{PRIYA}", "kirim:ctc_1", "phone:+14155550101"]
    assert [label.name for label in contact.labels.all()] == ["VIP"]
    said = {"by": "Kirim", "kind": "connection", "at": "2026-05-03T09:00:00Z", "id": str(kirim.id)}
    assert contact.field_origins == dict.fromkeys(("name", "email", "phone", "custom_fields.city"), said)
    assert events() == ["label.created", "contact.created"]


def test_the_same_again_writes_nothing(kirim: Actor) -> None:
    person = known(email=PRIYA, fields={"name": "Priya", "custom_fields.n": 3}, changed_at=MAY, labels=["VIP"])
    before = fresh(one(kirim, person).contact)
    met = one(kirim, person)
    after = fresh(met.contact)
    assert met.outcome == "same"
    assert (after.version, after.updated_at, after.field_origins) == (
        before.version, before.updated_at, before.field_origins
    )  # fmt: skip
    assert events() == ["label.created", "contact.created"]


def test_what_changed_is_written_signed_and_recorded_once(kirim: Actor) -> None:
    first = one(kirim, known(email=PRIYA, fields={"name": "P", "company": "Rao"}, changed_at=MAY)).contact
    met = one(kirim, known(fields={"name": "Priya", "custom_fields.city": "Pune"}, changed_at=MAY + LATER))
    contact = fresh(first)
    assert (met.outcome, met.contact.pk) == ("changed", first.pk)
    assert (contact.name, contact.company, contact.custom_fields) == ("Priya", "Rao", {"city": "Pune"})
    assert (contact.version, contact.field_origins["name"]["at"]) == (2, "2026-05-03T09:05:00Z")
    assert contact.field_origins["company"]["at"] == "2026-05-03T09:00:00Z"
    assert Event.objects.get(type="contact.updated").payload == {"changed_fields": ["custom_fields", "name"]}


def test_what_a_person_wrote_later_stays_and_is_told(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, name="Priya Sharma", email=PRIYA)
    met = one(kirim, known(email=PRIYA, fields={"name": "priya"}, changed_at=MAY - LATER))
    assert (met.left, fresh(contact).name) == (("name",), "Priya Sharma")
    met = one(kirim, known(fields={"name": "priya"}, changed_at=MAY))
    assert (met.left, met.outcome) == (("name",), "same")
    met = one(kirim, known(fields={"name": "priya"}, changed_at=MAY + LATER))
    assert (met.left, fresh(contact).name) == ((), "priya")


def test_without_a_time_what_a_person_wrote_stays_and_what_nobody_wrote_is_filled(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, name="Priya Sharma", email=PRIYA)
    met = one(kirim, known(email=PRIYA, fields={"name": "priya", "company": "Rao"}))
    assert (met.left, fresh(contact).name, fresh(contact).company) == (("name",), "Priya Sharma", "Rao")
    one(kirim, known(fields={"company": "Rao Ltd"}))
    assert fresh(contact).company == "Rao Ltd"


def test_an_older_word_that_comes_late_does_not_undo_what_both_agreed_on_since(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, name="Priya Sharma", email=PRIYA)
    one(kirim, known(email=PRIYA, fields={"name": "Priya Sharma"}, changed_at=MAY + 3 * LATER))
    met = one(kirim, known(fields={"name": "priya"}, changed_at=MAY + LATER))
    assert (met.left, fresh(contact).name) == (("name",), "Priya Sharma")
    assert fresh(contact).field_origins["name"]["by"] == "Anna Agent"
    assert fresh(contact).version == 2  # the vendor's id was added, no more


def test_behaviour_is_the_vendors_and_our_own_keys_are_never_taken_in(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, email=PRIYA, custom_fields={"engagement_score": 1})
    said = {"custom_fields.engagement_score": 7, "custom_fields.crm_id": "x", "custom_fields.crm_segment": "y"}
    met = one(kirim, known(email=PRIYA, fields=said, changed_at=MAY - LATER))
    assert (met.left, fresh(contact).custom_fields) == ((), {"engagement_score": 7})


def test_an_empty_value_of_the_vendor_empties_and_an_absent_one_says_nothing(kirim: Actor) -> None:
    contact = one(kirim, known(fields={"name": "P", "company": "Rao", "custom_fields.city": "Pune"})).contact
    one(kirim, known(fields={"name": "", "custom_fields.city": None}))
    assert (fresh(contact).name, fresh(contact).company, fresh(contact).custom_fields) == ("", "Rao", {})


def test_a_second_phone_is_kept_beside_the_first(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, email=PRIYA, phone="+4930901820")
    met = one(kirim, known(email=PRIYA, phone="+4930901821"))
    assert fresh(contact).phone == "+4930901820"
    assert met.left == ("phone",)
    assert values(contact) == [f"email:{PRIYA}", "kirim:ctc_1", "phone:+4930901820", "phone:+4930901821"]


def test_a_newer_primary_of_the_vendor_becomes_ours_and_the_earlier_one_stays_too(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, email=PRIYA)
    one(kirim, Known("kirim", "ctc_1", [Address("email", "new@example.com"), Address("email", PRIYA)], {}, MAY + LATER))
    assert fresh(contact).email == "new@example.com"
    assert values(contact) == ["email:new@example.com", f"email:{PRIYA}", "kirim:ctc_1"]


def test_an_address_of_somebody_else_stays_with_them(kirim: Actor, anna: Actor) -> None:
    tom = create(actor=anna, name="Tom", phone="+4930901820")
    met = one(kirim, known(email=PRIYA, fields={"name": "Priya"}))
    met = one(kirim, known(email=PRIYA, phone="+4930901820"))
    assert (met.contact.pk == tom.pk, met.contact.phone) == (False, "")
    assert met.refused == "+4930901820 belongs to Tom and stayed there."
    assert met.outcome == "same"


def test_what_cannot_be_an_address_is_skipped_with_words_and_the_page_goes_on(kirim: Actor) -> None:
    bad, good = take(kirim, known("ctc_1", email="nope", phone="12"), known("ctc_2", email=PRIYA))
    assert bad.refused == "“nope” is not an e-mail address. “12” is not a phone number."
    assert (values(bad.contact), good.outcome) == (["kirim:ctc_1"], "new")


def test_somebody_whom_nothing_identifies_is_refused_and_nobody_of_the_page_is_written(kirim: Actor) -> None:
    with pytest.raises(Invalid):
        take(kirim, known(email=PRIYA), known("", email="nope"))
    assert not Contact.objects.exists()


def test_two_rows_of_a_page_that_share_an_address_are_one_person(kirim: Actor) -> None:
    met = take(kirim, known("ctc_1", email=PRIYA), known("ctc_2", email=PRIYA, phone="+4930901820"), known("ctc_1"))
    assert [each.outcome for each in met] == ["new", "changed", "same"]
    assert len({each.contact.pk for each in met}) == Contact.objects.count() == 1
    assert values(met[0].contact) == [f"email:{PRIYA}", "kirim:ctc_1", "kirim:ctc_2", "phone:+4930901820"]


def test_who_was_merged_is_who_they_were_merged_into(kirim: Actor, anna: Actor) -> None:
    contacts = [one(kirim, known(f"ctc_{n}")).contact for n in range(3)]
    for loser, winner in ((0, 1), (1, 2)):
        merge(actor=anna, winner=fresh(contacts[winner]), loser=fresh(contacts[loser]))
    late = Contact.objects.get(pk=contacts[0].pk)
    add_address(actor=kirim, contact=late, address=Address("email", PRIYA))  # left behind, whoever did it
    met = take(kirim, known("ctc_0", fields={"name": "Priya"}), known("", email=PRIYA, fields={"company": "Rao"}))
    assert {each.contact.pk for each in met} == {contacts[2].pk}
    assert (fresh(contacts[2]).name, fresh(contacts[2]).company) == ("Priya", "Rao")


def test_who_was_deleted_stays_so_until_they_do_something(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, name="Priya", email=PRIYA)
    delete(actor=anna, contact=contact)
    deleted = fresh(contact).deleted_at
    assert deleted
    us = Actor(workspace=kirim.workspace, kind="connection", name="Kirim", id=kirim.id)
    for active_at in (None, deleted - LATER):
        met = one(us, known(email=PRIYA, fields={"company": "Rao"}, active_at=active_at))
        assert (met.outcome, met.refused) == ("same", "Priya was deleted here and has not been active since.")
        assert (fresh(contact).deleted_at, fresh(contact).company) == (deleted, "")
    met = one(us.back_at(deleted + 2 * LATER), known(email=PRIYA, fields={"company": "Rao"}, active_at=deleted + LATER))
    assert (met.outcome, fresh(contact).deleted_at, fresh(contact).company) == ("changed", None, "Rao")
    assert events()[-2:] == ["contact.created", "contact.updated"]


def test_who_unsubscribed_there_is_not_written_to_here_and_only_a_person_lets_them_back(
    kirim: Actor, anna: Actor
) -> None:
    contact = create(actor=anna, email=PRIYA)
    one(kirim, known(email=PRIYA, fields={"status": "unsubscribed"}, changed_at=MAY + LATER))
    assert fresh(contact).status == "unsubscribed"
    assert set(Suppression.objects.values_list("value", flat=True)) == {PRIYA, "ctc_1"}
    met = one(kirim, known(fields={"status": "active"}, changed_at=MAY + 2 * LATER))
    assert (met.left, fresh(contact).status) == (("status",), "unsubscribed")
    met = one(kirim, known(fields={"status": "cheerful"}))
    assert (met.refused, met.outcome) == ("“cheerful” is no status.", "same")


def test_labels_are_put_on_by_name_and_none_is_taken_off(kirim: Actor, anna: Actor) -> None:
    contact = create(actor=anna, email=PRIYA)
    labels.relabel(actor=anna, contact=contact, names=["Lead"])
    met = one(kirim, known(email=PRIYA, labels=["lead", "Hot", "hot", "x" * 61]))
    assert sorted(label.name for label in contact.labels.all()) == ["Hot", "Lead"]
    assert met.refused == f"“{'x' * 60}” cannot be a label: they have 1 to 60 characters."
    assert one(kirim, known(labels=["HOT"])).outcome == "same"
    assert Label.objects.count() == 2


def test_one_of_another_client_is_another_person(kirim: Actor, harbour: Client, anna: Actor) -> None:
    ours = create(actor=anna, email=PRIYA)
    met = take(kirim, known(email=PRIYA), client=harbour)[0]
    assert (met.contact.pk == ours.pk, met.contact.client_id) == (False, harbour.pk)


def test_a_clock_that_is_ahead_does_not_own_a_field_for_years(kirim: Actor, anna: Actor) -> None:
    contact = one(kirim, known(email=PRIYA, fields={"name": "P"}, changed_at=MAY + timedelta(days=9999))).contact
    assert fresh(contact).field_origins["name"]["at"] == "2026-05-04T09:00:00Z"


def test_a_field_that_is_none_is_a_mistake_of_whoever_wrote_the_mapping(kirim: Actor) -> None:
    with pytest.raises(ValueError, match="no field “owner”"):
        one(kirim, known(fields={"owner": "Anna"}))


@pytest.mark.parametrize("value", ["a\x00b", float("nan"), {"a\x00": ["\ud800"]}, "x" * 20_000, MAY, [1, None, True]])
def test_whatever_a_vendor_says_can_be_kept_and_is_the_same_when_said_again(kirim: Actor, value: Any) -> None:
    person = known(fields={"custom_fields.odd": value, "custom_fields.b\x00d": 1})
    one(kirim, person)
    assert one(kirim, person).outcome == "same"
    assert "cannot be the name of a field" in one(kirim, person).refused


def test_a_contact_holds_two_hundred_custom_fields_and_the_others_are_told(kirim: Actor) -> None:
    met = one(kirim, known(fields={f"custom_fields.f{n}": n for n in range(201)}))
    assert len(fresh(met.contact).custom_fields) == 200
    assert met.refused == "“f200” was left out: a contact has at most 200 custom fields."


def page(numbers: range, *, name: str) -> list[Known]:
    return [
        known(f"ctc_{n}", email=f"p{n}@example.com", phone=f"+493090182{n:03}", fields={"name": name}, labels=["VIP"])
        for n in numbers
    ]


def test_a_page_costs_the_same_number_of_queries_for_one_and_for_a_hundred(kirim: Actor) -> None:
    one(kirim, known("first", labels=["VIP"]))
    costs = []
    for numbers in (range(1), range(1, 101)):
        for name in ("Old", "New", "New"):
            with CaptureQueriesContext(connection) as made:
                take(kirim, *page(numbers, name=name))
            costs.append(len(made))
    assert costs[:3] == costs[3:]
    assert max(costs) <= 16


@pytest.mark.django_db(transaction=True)
def test_parallel_copies_of_one_page_make_each_person_once(workspace: Workspace) -> None:
    us = Actor(workspace=workspace, kind="connection", name="Kirim", id=uuid7())
    labels.create(actor=us, name="VIP")  # else the first to make it would hold up the others until it is done
    for met in times(12, lambda: take(us, *page(range(20), name="Priya"))):
        assert not isinstance(met, Exception), met
        assert len(met) == 20
    assert (Contact.objects.count(), Identity.objects.count(), ContactLabel.objects.count()) == (20, 60, 20)
    assert events("contact.created") == ["contact.created"] * 20
