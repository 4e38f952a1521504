"""Making, finding and changing people."""

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from contacts import labels
from contacts.actions import change, create, delete, upsert
from contacts.models import Contact, ContactLabel, Identity, Label, Suppression
from contacts.people import add_address, find, find_or_create
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid, NotAllowed
from crm.ids import uuid7
from tests.arrivals import PRIYA, addressed, events
from tests.cast import acting
from tests.crowd import times


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


def values(contact: Contact) -> list[str]:
    return sorted(f"{one.kind}:{one.value}" for one in Identity.objects.filter(contact=contact))


def test_a_contact_is_made_with_its_addresses(us: Actor) -> None:
    contact = create(
        actor=us, name="Priya", email="Priya@Example.com", phone="(415) 555-0101", company="Rao", owner_id=us.id
    )
    contact.refresh_from_db()
    assert (contact.name, contact.email, contact.phone, contact.company) == ("Priya", PRIYA, "+14155550101", "Rao")
    assert values(contact) == [f"email:{PRIYA}", "phone:+14155550101"]
    assert contact.owner_id == us.id
    assert contact.field_origins["company"]["by"] == "Anna Agent"
    assert events() == ["contact.created"]


def test_an_address_that_somebody_has_is_refused_and_the_one_there_named(us: Actor) -> None:
    first = create(actor=us, email=PRIYA)
    for how in ({"email": PRIYA}, {"email": "new@example.com", "phone": "bad"}, {"name": "X", "email": PRIYA.upper()}):
        with pytest.raises((Conflict, Invalid)) as refused:
            create(actor=us, **how)  # type: ignore[arg-type]
        if isinstance(refused.value, Conflict):
            assert (refused.value.code, refused.value.existing) == ("already_exists", first.pk)
    assert Contact.objects.count() == 1


def test_somebody_without_a_name_or_address_is_nobody(us: Actor) -> None:
    with pytest.raises(Invalid):
        create(actor=us, company="Rao Ltd")
    assert not Contact.objects.exists()


def test_somebody_created_at_the_address_of_one_who_was_deleted_is_that_one_with_the_new_name(us: Actor) -> None:
    old = create(actor=us, name="Old", email=PRIYA, company="Kept")
    delete(actor=us, contact=old)
    again = create(actor=us, name="New", email=PRIYA)
    again.refresh_from_db()
    assert (again.pk, again.name, again.company, again.deleted_at) == (old.pk, "New", "Kept", None)


def test_upserting_finds_by_any_address_and_changes_what_is_named(us: Actor) -> None:
    first, is_new = upsert(actor=us, email=PRIYA, name="Priya")
    again, is_new_again = upsert(actor=us, email=PRIYA, phone="+14155550101", company="Rao")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    assert (again.name, again.company, values(again)) == ("Priya", "Rao", [f"email:{PRIYA}", "phone:+14155550101"])
    assert upsert(actor=us, phone="+14155550101")[0].pk == first.pk
    with pytest.raises(Invalid):
        upsert(actor=us, name="Nobody")


@pytest.mark.django_db(transaction=True)
def test_upserts_at_once_make_one_contact(us: Actor) -> None:
    answers = times(8, lambda: upsert(actor=us, email=PRIYA, name="Priya"))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sorted(is_new for _, is_new in answers) == [False] * 7 + [True]  # type: ignore[misc]
    assert Contact.objects.count() == 1


def test_only_what_differs_is_written_signed_and_named(us: Actor) -> None:
    contact = create(actor=us, name="Priya", email=PRIYA)
    version = contact.version
    change(actor=us, contact=contact, name="Priya", company="")
    assert Contact.objects.get().version == version
    change(actor=us, contact=contact, name="Priya Rao", company="")
    assert (Contact.objects.get().version, events("contact.updated")) == (version + 1, ["contact.updated"])


def test_another_primary_address_is_added_and_the_earlier_one_stays(us: Actor) -> None:
    contact = create(actor=us, email=PRIYA)
    change(actor=us, contact=contact, email="New@example.com")
    assert (contact.email, values(contact)) == ("new@example.com", ["email:new@example.com", f"email:{PRIYA}"])
    change(actor=us, contact=contact, email=PRIYA)
    assert contact.email == PRIYA
    change(actor=us, contact=contact, email="")
    assert (contact.email, len(values(contact))) == ("", 2)


def test_an_address_of_somebody_else_cannot_be_taken(us: Actor) -> None:
    other = create(actor=us, email="else@example.com")
    contact = create(actor=us, email=PRIYA)
    with pytest.raises(Conflict) as refused:
        change(actor=us, contact=contact, email="else@example.com")
    assert refused.value.existing == other.pk
    assert Contact.objects.get(pk=contact.pk).email == PRIYA


def test_finding_prefers_the_first_address_and_leaves_others_with_whom_they_are(us: Actor) -> None:
    one, two = create(actor=us, email="a@example.com"), create(actor=us, email="b@example.com")
    both = addressed("email", "a@example.com", "b@example.com", "c@example.com")
    found, identity = find_or_create(actor=us, client_id=None, addresses=both)
    assert (found.pk, identity.value) == (one.pk, "a@example.com")
    assert values(found) == ["email:a@example.com", "email:c@example.com"]
    assert values(two) == ["email:b@example.com"]


def test_the_identity_is_that_of_the_first_address_also_where_it_is_new(us: Actor) -> None:
    create(actor=us, email=PRIYA)
    addresses = (*addressed("sms", "+14155550101"), *addressed("email", PRIYA))
    contact, identity = find_or_create(actor=us, client_id=None, addresses=addresses)
    assert (str(identity), contact.phone) == ("phone:+14155550101", "+14155550101")


def test_a_name_is_filled_in_and_never_overwritten(us: Actor) -> None:
    addresses = addressed("email", PRIYA)
    for name, shown in (("", ""), ("Priya", "Priya"), ("Somebody", "Priya")):
        contact, _ = find_or_create(actor=us, client_id=None, addresses=addresses, name=name)
        assert contact.name == shown


def test_finding_stops_at_the_wall(us: Actor, harbour: Client) -> None:
    contact = create(actor=us, email=PRIYA, client_id=harbour.pk)
    address = addressed("email", PRIYA)[0]
    assert find(actor=us, client_id=harbour.pk, address=address) == contact
    assert find(actor=us, client_id=None, address=address) is None


def test_an_address_that_somebody_has_is_not_added(us: Actor) -> None:
    create(actor=us, email=PRIYA)
    other = create(actor=us, name="Other")
    assert add_address(actor=us, contact=other, address=addressed("email", PRIYA)[0]) is None
    assert values(other) == []


def test_labels_go_on_and_come_off_in_bulk_and_say_what_they_did(us: Actor, outsider: Membership) -> None:
    mine = [create(actor=us, name=str(number)) for number in range(3)]
    theirs = create(actor=acting(outsider), name="Theirs")
    hot = labels.named(actor=us, name=" Hot ")
    ids = [one.pk for one in (*mine, theirs)]

    first = labels.bulk_label(actor=us, contact_ids=ids[:2], label=hot, attach=True)
    second = labels.bulk_label(actor=us, contact_ids=ids, label=hot, attach=True)
    third = labels.bulk_label(actor=us, contact_ids=ids, label=hot, attach=False)

    assert [(one.applied, one.unchanged, one.skipped) for one in (first, second, third)] == [
        (2, 0, 0), (1, 2, 1), (3, 0, 1)
    ]  # fmt: skip
    assert not ContactLabel.objects.exists()
    assert len(events("contact.updated")) == 6
    assert Contact.objects.get(pk=mine[0].pk).version == 3
    with pytest.raises(Invalid, match="1,000"):
        labels.bulk_label(actor=us, contact_ids=[uuid7() for _ in range(labels.MOST + 1)], label=hot, attach=True)


def test_a_labels_name_is_taken_once_in_whatever_case(us: Actor) -> None:
    labels.create(actor=us, name="Hot")
    with pytest.raises(Conflict):
        labels.create(actor=us, name="HOT")
    assert labels.named(actor=us, name="hot").name == "Hot"
    cold = labels.create(actor=us, name="Cold")
    with pytest.raises(Conflict):
        labels.change(actor=us, label=cold, name="hot")
    assert set(Label.objects.values_list("name", flat=True)) == {"Hot", "Cold"}


@pytest.mark.django_db(transaction=True)
def test_a_label_named_in_parallel_is_one(us: Actor) -> None:
    answers = times(8, lambda: labels.named(actor=us, name="Hot"))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Label.objects.count() == 1


def test_suppressing_covers_every_address_and_twice_is_once(us: Actor) -> None:
    contact = create(actor=us, email=PRIYA, phone="+14155550101")
    for _ in range(2):
        suppress(actor=us, contact=contact, reason="asked")
    assert sorted(Suppression.objects.values_list("value", flat=True)) == ["+14155550101", PRIYA]
    assert events("contact.updated") == ["contact.updated"]


def test_who_may_only_read_changes_nobody(us: Actor, viewer: Membership) -> None:
    contact = create(actor=us, email=PRIYA)
    label = labels.create(actor=us, name="Hot")
    looking = acting(viewer)
    for act in (
        lambda: create(actor=looking, name="Mine"),
        lambda: upsert(actor=looking, email=PRIYA),
        lambda: change(actor=looking, contact=contact, name="Mine"),
        lambda: delete(actor=looking, contact=contact),
        lambda: suppress(actor=looking, contact=contact, reason="x"),
        lambda: labels.create(actor=looking, name="Mine"),
        lambda: labels.bulk_label(actor=looking, contact_ids=[contact.pk], label=label, attach=True),
        lambda: labels.delete(actor=looking, label=label),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Contact.objects.get().version == contact.version
    assert events() == ["contact.created", "label.created"]
