"""Segments: who is in one, and that it stays true."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from activity.models import Consumer, Event
from activity.undoing import FOR
from clients.models import Client
from contacts import labels, membership, segments
from contacts.actions import change, create, delete
from contacts.incoming import Known, take_in
from contacts.membership import refresh
from contacts.merging import merge, unmerge
from contacts.models import Contact, Label, Merge, Segment, SegmentMember
from contacts.tasks import segments as sweep
from contacts.tasks import sweep_segments
from crm.errors import Conflict, Invalid, NotFound
from tests.arrivals import wait_until_readable
from tests.cast import acting

pytestmark = pytest.mark.django_db
# The log shows what was committed, no sooner.
committed = pytest.mark.django_db(transaction=True)


def follow() -> int:
    """Once the log can be read to its end: a transaction of another test on the same server may hold it back."""
    if not connection.in_atomic_block:
        wait_until_readable()
    return membership.follow()


@pytest.fixture
def us(agent: Membership) -> Actor:
    follow()  # from here on the log is followed
    return acting(agent)


def contact(actor: Actor, name: str, *tags: str, **fields: Any) -> Contact:
    made = create(actor=actor, name=name, **fields)
    if tags:
        labels.relabel(actor=actor, contact=made, names=tags)
    return made


def vips(actor: Actor, **more: Any) -> Segment:
    labels.named(actor=actor, name="VIP")
    return segments.create(actor=actor, name="VIPs", filters={"label": "vip"}, **more)


def members(segment: Segment) -> list[str]:
    rows = SegmentMember.objects.filter(segment=segment)
    assert Segment.objects.get(pk=segment.pk).member_count == rows.count()
    return sorted(rows.values_list("contact__name", flat=True))


def told() -> list[tuple[str, str]]:
    """What was recorded of segments: the type, and about whom."""
    events = Event.objects.filter(type__startswith="segment.").order_by("sequence")
    names = dict(Contact.objects.values_list("pk", "name"))
    return [(event.type, names[event.subject_id]) for event in events]


def test_whoever_matches_is_in_it_at_once_and_that_is_told(us: Actor) -> None:
    contact(us, "Ann", "VIP")
    contact(us, "Bob")
    segment = vips(us)
    assert (members(segment), segment.member_count, segment.refreshed_at is not None) == (["Ann"], 1, True)
    event = Event.objects.get(type="segment.entered")
    assert event.payload == {"segment_id": str(segment.pk), "segment": "VIPs"}
    assert (event.subject_type, event.actor_name, told()) == ("contact", "segments", [("segment.entered", "Ann")])


@committed
def test_who_comes_to_match_enters_and_who_stops_leaves_once_each(us: Actor) -> None:
    segment, ann = vips(us), contact(us, "Ann")
    follow()
    assert members(segment) == []
    labels.relabel(actor=us, contact=ann, names=["VIP"])
    change(actor=us, contact=ann, company="Rao")
    assert follow() == 2
    assert follow() == 0
    assert members(segment) == ["Ann"]
    labels.relabel(actor=us, contact=ann, names=[])
    follow()
    assert members(segment) == []
    assert told() == [("segment.entered", "Ann"), ("segment.left", "Ann")]


@committed
def test_who_is_taken_in_from_outside_enters_too(us: Actor) -> None:
    segment = vips(us)
    take_in(actor=us, client_id=None, people=[Known("kirim", "ctc_1", fields={"name": "Ann"}, labels=["VIP"])])
    follow()
    assert members(segment) == ["Ann"]


@committed
def test_who_is_deleted_or_merged_away_leaves_and_comes_back_when_taken_apart(us: Actor) -> None:
    segment = vips(us)
    ann, bob, eve = (contact(us, name, "VIP") for name in ("Ann", "Bob", "Eve"))
    follow()
    delete(actor=us, contact=eve)
    merge(actor=us, winner=ann, loser=bob)
    follow()
    assert members(segment) == ["Ann"]
    unmerge(actor=us, done=Merge.objects.get())
    follow()
    assert members(segment) == ["Ann", "Bob"]


def test_what_happened_before_a_segment_was_made_is_not_gone_through_again(us: Actor) -> None:
    contact(us, "Ann", "VIP")
    vips(us)
    follow()
    assert told() == [("segment.entered", "Ann")]


@committed
def test_a_log_that_is_told_twice_changes_nothing(us: Actor) -> None:
    segment = vips(us)
    contact(us, "Ann", "VIP")
    follow()
    Consumer.objects.filter(name=membership.CONSUMER).update(transaction=0, sequence=0)
    assert follow() == 2
    assert (members(segment), told()) == (["Ann"], [("segment.entered", "Ann")])


def test_a_large_one_is_found_in_steps_by_a_worker(us: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "STEP", 2)
    for number in range(5):
        contact(us, f"P{number}", "VIP")
    segment = vips(us)
    assert (len(members(segment)), segment.refreshed_at) == (2, None)
    sweep()
    segment.refresh_from_db()
    assert (len(members(segment)), segment.refreshed_at is not None) == (5, True)
    assert sorted(told()) == [("segment.entered", f"P{number}") for number in range(5)]


def test_one_of_a_client_has_only_the_clients_people(us: Actor, harbour: Client) -> None:
    contact(us, "Ours", "VIP")
    contact(us, "Theirs", "VIP", client_id=harbour.pk)
    all_of_them, of_harbour = vips(us), vips(us, client_id=harbour.pk)
    assert (members(all_of_them), members(of_harbour)) == (["Ours", "Theirs"], ["Theirs"])
    entered = Event.objects.filter(type="segment.entered").order_by("sequence")
    assert [event.client for event in entered] == [None, None, harbour]  # the first is no client's to know of


def test_the_database_refuses_a_member_of_another_client(us: Actor, harbour: Client, meadow: Client) -> None:
    segment = vips(us, client_id=harbour.pk)
    for client in (None, meadow):
        other = create(actor=us, name="Other", client_id=client.pk if client else None)
        with pytest.raises(IntegrityError, match="its own client"), transaction.atomic():
            SegmentMember.objects.create(workspace=us.workspace, segment=segment, contact=other)


def test_those_of_the_whole_workspace_are_hidden_from_who_sees_only_some_clients(
    us: Actor, meadow: Client, other_client_agent: Membership, outsider: Membership
) -> None:
    whole, theirs = vips(us), vips(us, client_id=meadow.pk)
    assert list(Segment.objects.visible_to(acting(other_client_agent))) == [theirs]
    assert not Segment.objects.visible_to(acting(outsider)).exists()
    assert set(Segment.objects.visible_to(us)) == {whole, theirs}


def test_other_filters_find_its_members_anew(us: Actor) -> None:
    contact(us, "Ann", "VIP")
    contact(us, "Bob", owner_id=us.id)
    segment = segments.change(actor=us, segment=vips(us), filters={"owner": str(us.id)}, name="Mine")
    assert (segment.name, segment.version, members(segment)) == ("Mine", 2, ["Bob"])
    assert sorted(told()) == [("segment.entered", "Ann"), ("segment.entered", "Bob"), ("segment.left", "Ann")]


def test_a_deleted_one_lets_go_of_everybody_and_can_be_brought_back(us: Actor) -> None:
    contact(us, "Ann", "VIP")
    segment = vips(us)
    segments.delete(actor=us, segment=segment)
    assert (members(segment), told()[-1]) == ([], ("segment.left", "Ann"))
    assert not Segment.objects.visible_to(us).exists()
    again = segments.restore(actor=us, segment_id=segment.pk)
    assert (members(again), again.deleted_at) == (["Ann"], None)


def test_a_deleted_one_cannot_come_back_to_a_name_that_is_taken_or_once_it_is_forgotten(us: Actor) -> None:
    segment = vips(us)
    segments.delete(actor=us, segment=segment)
    other = vips(us)
    with pytest.raises(Conflict):
        segments.restore(actor=us, segment_id=segment.pk)
    Segment.objects.filter(pk=segment.pk).update(deleted_at=segment.created_at - FOR)
    sweep_segments()
    assert list(Segment.objects.all()) == [other]
    with pytest.raises(NotFound):
        segments.restore(actor=us, segment_id=segment.pk)


def test_when_a_label_goes_its_segment_empties_and_when_it_is_renamed_nothing_happens(
    us: Actor, owner: Membership
) -> None:
    contact(us, "Ann", "VIP")
    segment = vips(us)
    label = Label.objects.get()
    labels.change(actor=us, label=label, name="Very important")
    sweep()
    assert members(segment) == ["Ann"]
    labels.delete(actor=acting(owner), label=label)
    sweep()
    assert members(segment) == []


@committed
def test_what_no_event_told_is_found_by_the_hourly_sweep(us: Actor) -> None:
    segment, ann = vips(us), contact(us, "Ann", "VIP")
    follow()
    Contact.objects.filter(pk=ann.pk).update(deleted_at=ann.created_at)
    sweep()
    assert members(segment) == ["Ann"]
    sweep_segments()
    sweep()
    assert members(segment) == []


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({}, "Give at least one filter: without one, a segment would be everybody."),
        ({"status": ""}, "Give at least one filter: without one, a segment would be everybody."),
        ({"status": "cheerful"}, "status: This must be one of: active, unsubscribed, bounced."),
        ({"label": "Nope"}, "label: There is no label “Nope”."),
        ({"label": "01a1fb03-352f-7f79-b7e0-695d1097cdf5"}, "label_id: There is no label with this id."),
        ({"owner": "01a1fb03-352f-7f79-b7e0-695d1097cdf5"}, "owner: There is no membership with this id."),
        ({"phone": "12"}, "phone: Enter a phone number with its country code, such as +49 30 901820."),
        ({"search": 3}, "search: send a text, as the list of contacts takes it."),
    ],
)
def test_filters_that_cannot_be_used_are_refused(us: Actor, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        segments.create(actor=us, name="Odd", filters=filters)
    assert refused.value.fields == {"filters": [words]}
    assert not Segment.objects.exists()


@pytest.mark.parametrize("name", ["segment_id", "client_id", "colour"])
def test_a_segment_is_narrowed_by_nothing_else_than_its_filters(us: Actor, name: str) -> None:
    with pytest.raises(Invalid, match=f"cannot be narrowed by “{name}”"):
        segments.create(actor=us, name="Odd", filters={name: "x"})


def test_a_search_without_a_word_leaves_nobody(us: Actor) -> None:
    contact(us, "Ann")
    assert members(segments.create(actor=us, name="Odd", filters={"search": "!?"})) == []


def test_a_name_that_is_taken_is_refused_in_whatever_case(us: Actor) -> None:
    segment = vips(us)
    with pytest.raises(Conflict, match="There is a segment “vips” already"):
        segments.create(actor=us, name=" vips ", filters={"status": "active"})
    other = segments.create(actor=us, name="Active", filters={"status": "active"})
    with pytest.raises(Conflict):
        segments.change(actor=us, segment=other, name=segment.name)


@committed
def test_a_thousand_events_cost_as_many_questions_as_one(us: Actor) -> None:
    vips(us)
    segments.create(actor=us, name="Active", filters={"status": "active"})
    costs = []
    for count in (2, 1, 60):  # the first of them also reads what a process keeps
        people = [Known("kirim", f"{count} {n}", fields={"name": f"P{n}"}, labels=["VIP"]) for n in range(count)]
        take_in(actor=us, client_id=None, people=people)
        wait_until_readable()  # which asks again and again
        with CaptureQueriesContext(connection) as made:
            assert membership.follow() == count
        costs.append(len(made))
    assert costs[1] == costs[2] <= 32


def test_a_refresh_of_what_is_true_records_nothing(us: Actor, workspace: Workspace) -> None:
    contact(us, "Ann", "VIP")
    segment = vips(us)
    before = Event.objects.count()
    assert refresh(segment)
    assert (Event.objects.count(), members(segment)) == (before, ["Ann"])
