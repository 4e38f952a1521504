"""Two records of one person joined into one, and taken apart again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from contacts import labels
from contacts.actions import change, create
from contacts.merging import merge, unmerge
from contacts.models import Contact, ContactLabel, Identity, Merge
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid, NotAllowed
from deals import actions as deals
from deals.models import Deal
from inbox import follow_ups
from inbox.models import Conversation, FollowUp
from inbox.sending import reply
from tests.arrivals import ago, events, write_in
from tests.cast import acting

WINNER, LOSER = "winner@example.com", "loser@example.com"


@pytest.fixture
def us(admin: Membership) -> Actor:
    return acting(admin)


@pytest.fixture
def winner(us: Actor) -> Contact:
    write_in(us, sender=WINNER, name="Winnie", at=ago(days=9))
    return Contact.objects.get(email=WINNER)


@pytest.fixture
def loser(us: Actor) -> Contact:
    conversation = write_in(us, sender=LOSER, name="Lou", at=ago(days=2)).conversation
    follow_ups.create(actor=us, conversation_id=conversation.pk, due_at=timezone.now())
    deals.create(actor=us, conversation_id=conversation.pk, title="Lou's deal")
    contact = Contact.objects.get(email=LOSER)
    return change(actor=us, contact=contact, phone="+14155550101", company="Lou Ltd", custom_fields={"a": 1, "b": 2})


def belongings(contact: Contact) -> tuple[int, ...]:
    return tuple(model.objects.filter(contact=contact).count() for model in (Identity, Conversation, FollowUp, Deal))


def facts(contact: Contact) -> tuple[object, ...]:
    contact = Contact.objects.get(pk=contact.pk)
    return contact.name, contact.email, contact.phone, contact.company, contact.custom_fields, contact.status


def test_everything_of_the_loser_follows_to_the_winner(us: Actor, winner: Contact, loser: Contact) -> None:
    merge(actor=us, winner=winner, loser=loser)
    assert belongings(winner) == (3, 2, 1, 1)
    assert belongings(loser) == (0, 0, 0, 0)
    loser.refresh_from_db()
    assert loser.merged_into_id == winner.pk
    assert list(Contact.objects.visible_to(us)) == [winner]
    assert events("contact.merged", subject=winner.pk) == ["contact.merged"]


def test_empty_fields_are_filled_and_written_ones_kept(us: Actor, winner: Contact, loser: Contact) -> None:
    change(actor=us, contact=winner, custom_fields={"a": 9})
    merge(actor=us, winner=winner, loser=loser)
    assert facts(winner) == ("Winnie", WINNER, "+14155550101", "Lou Ltd", {"a": 9, "b": 2}, "active")


def test_the_winner_is_as_active_as_either_was(us: Actor, winner: Contact, loser: Contact) -> None:
    merge(actor=us, winner=winner, loser=loser)
    assert Contact.objects.get(pk=winner.pk).last_activity_at == Contact.objects.get(pk=loser.pk).last_activity_at


def test_who_asked_not_to_be_written_to_is_not_written_to_under_the_other_name(
    us: Actor, winner: Contact, loser: Contact
) -> None:
    suppress(actor=us, contact=loser, reason="said so")
    loser.refresh_from_db()
    merge(actor=us, winner=winner, loser=loser)
    with pytest.raises(Conflict) as refused:
        reply(actor=us, conversation=Conversation.objects.get(identity__value=WINNER), body="Hello")
    assert refused.value.code == "suppressed"


def test_labels_are_shared(us: Actor, winner: Contact, loser: Contact) -> None:
    both, theirs = (labels.create(actor=us, name=name) for name in ("both", "theirs"))
    labels.bulk_label(actor=us, contact_ids=[winner.pk, loser.pk], label=both, attach=True)
    labels.bulk_label(actor=us, contact_ids=[loser.pk], label=theirs, attach=True)
    winner.refresh_from_db()
    loser.refresh_from_db()
    done = merge(actor=us, winner=winner, loser=loser)
    assert {label.name for label in winner.labels.all()} == {"both", "theirs"}

    unmerge(actor=us, done=done)

    assert {label.name for label in winner.labels.all()} == {"both"}
    assert {label.name for label in loser.labels.all()} == {"both", "theirs"}
    assert ContactLabel.objects.count() == 3


def test_taken_apart_everything_is_as_it_was(us: Actor, winner: Contact, loser: Contact, agent: Membership) -> None:
    change(actor=us, contact=winner, owner_id=agent.pk)
    before = [(facts(one), belongings(one)) for one in (winner, loser)]
    version = Contact.objects.get(pk=winner.pk).version
    back, edited = unmerge(actor=us, done=merge(actor=us, winner=winner, loser=loser))
    assert (back, edited) == (loser, [])
    assert [(facts(one), belongings(one)) for one in (winner, loser)] == before
    assert Contact.objects.get(pk=winner.pk).owner_id == agent.pk
    assert Contact.objects.get(pk=winner.pk).version == version + 2, "one change each"
    assert set(Contact.objects.visible_to(us)) == {winner, loser}
    assert events("contact.unmerged", subject=winner.pk) == ["contact.unmerged"]


def test_fields_edited_since_are_left_and_named(us: Actor, winner: Contact, loser: Contact) -> None:
    done = merge(actor=us, winner=winner, loser=loser)
    change(actor=us, contact=Contact.objects.get(pk=winner.pk), company="Edited", name="Winifred")
    _, edited = unmerge(actor=us, done=done)
    assert edited == ["company", "name"]
    assert facts(winner) == ("Winifred", WINNER, "", "Edited", {}, "active")


def test_an_owner_taken_over_in_the_merge_goes_back(
    us: Actor, winner: Contact, loser: Contact, agent: Membership
) -> None:
    change(actor=us, contact=loser, owner_id=agent.pk)
    done = merge(actor=us, winner=winner, loser=loser)
    assert Contact.objects.get(pk=winner.pk).owner_id == agent.pk
    _, edited = unmerge(actor=us, done=done)
    assert edited == []
    assert Contact.objects.get(pk=winner.pk).owner_id is None


def test_what_arrived_since_goes_to_whom_it_was_addressed(us: Actor, winner: Contact, loser: Contact) -> None:
    done = merge(actor=us, winner=winner, loser=loser)
    theirs = write_in(us, sender=LOSER).conversation
    deals.create(actor=us, conversation_id=theirs.pk, title="Later")
    follow_ups.create(actor=us, conversation_id=theirs.pk, due_at=timezone.now())
    ours = write_in(us, sender=WINNER).conversation

    unmerge(actor=us, done=done)

    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.contact_id, ours.contact_id) == (loser.pk, winner.pk)
    assert belongings(loser) == (2, 2, 2, 2)
    assert belongings(winner) == (1, 2, 0, 0)


def test_what_was_given_to_somebody_else_since_stays_there(us: Actor, winner: Contact, loser: Contact) -> None:
    somebody = create(actor=us, name="Somebody")
    done = merge(actor=us, winner=winner, loser=loser)
    deal = Deal.objects.get(title="Lou's deal")
    deals.change(actor=us, deal=deal, contact_id=somebody.pk)

    unmerge(actor=us, done=done)

    deal.refresh_from_db()
    assert deal.contact_id == somebody.pk


def test_a_merge_is_taken_apart_once(us: Actor, winner: Contact, loser: Contact) -> None:
    done = merge(actor=us, winner=winner, loser=loser)
    unmerge(actor=us, done=done)
    with pytest.raises(Conflict) as refused:
        unmerge(actor=us, done=done)
    assert refused.value.code == "already_unmerged"
    again = merge(actor=us, winner=winner, loser=loser)
    assert Merge.objects.filter(unmerged_at=None).get() == again


@pytest.mark.parametrize("order", ["first then second", "second then first"])
def test_merges_into_each_other_come_apart_in_any_order(us: Actor, winner: Contact, loser: Contact, order: str) -> None:
    third = write_in(us, sender="third@example.com").conversation.contact
    first = merge(actor=us, winner=winner, loser=loser)
    second = merge(actor=us, winner=third, loser=winner)
    assert belongings(third) == (4, 3, 1, 1)
    assert facts(third)[2:4] == ("+14155550101", "Lou Ltd")

    for one in (first, second) if order.startswith("first") else (second, first):
        assert unmerge(actor=us, done=one)[1] == []

    assert [belongings(one) for one in (third, winner, loser)] == [(1, 1, 0, 0), (1, 1, 0, 0), (2, 1, 1, 1)]
    assert facts(third) == ("", "third@example.com", "", "", {}, "active")
    assert facts(winner) == ("Winnie", WINNER, "", "", {}, "active")


def test_a_contact_is_not_merged_with_itself_nor_over_a_wall_nor_twice(
    us: Actor, winner: Contact, loser: Contact, harbour: Client
) -> None:
    elsewhere = create(actor=us, name="Else", client_id=harbour.pk)
    for other in (winner, elsewhere):
        with pytest.raises(Invalid):
            merge(actor=us, winner=winner, loser=other)
    merge(actor=us, winner=winner, loser=loser)
    with pytest.raises(Conflict) as refused:
        merge(actor=us, winner=winner, loser=loser)
    assert refused.value.code == "already_merged"
    assert Merge.objects.count() == 1


def test_who_may_only_read_may_not_merge(winner: Contact, loser: Contact, viewer: Membership) -> None:
    with pytest.raises(NotAllowed):
        merge(actor=acting(viewer), winner=winner, loser=loser)
    assert not Merge.objects.exists()


def test_integrators_that_poll_see_what_moved(us: Actor, winner: Contact, loser: Contact) -> None:
    before = timezone.now() - timedelta(0)
    merge(actor=us, winner=winner, loser=loser)
    assert Conversation.objects.filter(updated_at__gte=before).count() == 1
    assert Deal.objects.filter(updated_at__gte=before).count() == 1
