"""Segments as labels at Kirim, a thousand contacts at a time."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Membership
from contacts import membership, segments
from contacts.actions import change
from contacts.models import Contact, Segment
from contacts.ownership import CUSTOM
from integrations import pushing
from integrations.base import Connected
from integrations.kirim import push as pushes
from integrations.kirim import segments as segments_push
from integrations.kirim.labels import chunks
from integrations.models import Link, Push
from tests.arrivals import wait_until_readable
from tests.cast import acting
from tests.integrations.kirim.conftest import PRIYA, settle
from tests.integrations.kirim.stand_in import StandIn
from tests.integrations.kirim.test_batch import walk
from tests.integrations.kirim.test_push import tell

pytestmark = pytest.mark.django_db


def a_segment(agent: Membership, name: str = "From Kirim", **filters: str) -> Segment:
    made = segments.create(actor=acting(agent), name=name, filters=filters or {"status": "active"})
    membership.refresh(made)
    return made


def sizes(kirim: StandIn) -> list[tuple[str, int]]:
    bodies = [json.loads(one["body"]) for one in kirim.asked("POST", "bulk_label")]
    return [(one["operation"], len(one["contact_ids"])) for one in bodies]


def test_its_members_are_labelled_a_stretch_at_a_time_with_the_counts_kept(
    connected: Connected, kirim: StandIn, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.kirim.labels.CHUNK", 100)
    kirim.many_contacts(110)
    walk(connected)
    elsewhere = [one["id"] for one in kirim.state()["contacts"][:12]]
    kirim.arrange(team_mismatch=elsewhere)
    row = tell(connected, "segment", a_segment(agent))
    assert row.outcome == (
        "“From Kirim”: 98 put on, 0 skipped (another organisation), 12 skipped (another team); "
        "0 taken off, 0 skipped (another organisation), 0 skipped (another team)"
    )
    assert sizes(kirim) == [("attach", 100), ("attach", 10)]
    assert [one["name"] for one in kirim.state()["labels"]] == ["From Kirim"]
    assert len(kirim.state()["contact_labels"]) == 98


def test_a_stretch_is_a_thousand() -> None:
    assert [len(some) for some in chunks(f"ctc_{number}" for number in range(2001))] == [1000, 1000, 1]


def test_only_who_entered_and_who_left_is_told(connected: Connected, kirim: StandIn, agent: Membership) -> None:
    kirim.many_contacts(5)
    walk(connected)
    segment = a_segment(agent)
    tell(connected, "segment", segment)
    assert sizes(kirim) == [("attach", 5)]
    change(actor=acting(agent), contact=Contact.objects.get(name="Person 3"), status="unsubscribed")
    membership.refresh(segment)
    row = tell(connected, "segment", segment)
    assert sizes(kirim) == [("detach", 1)]
    assert "; 1 taken off" in row.outcome
    assert tell(connected, "segment", segment).outcome == "“From Kirim” is the same there"
    assert sizes(kirim) == []


def test_a_segment_that_is_deleted_takes_its_labels_off(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    kirim.many_contacts(5)
    walk(connected)
    segment = a_segment(agent)
    tell(connected, "segment", segment)
    segments.delete(actor=acting(agent), segment=Segment.objects.get(pk=segment.pk))
    tell(connected, "segment", segment)
    assert kirim.state()["contact_labels"] == []
    assert not Link.objects.filter(kind="in_segment").exists()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_cut_off_in_the_middle_everybody_is_labelled_in_the_end(
    connected: Connected, kirim: StandIn, agent: Membership, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.kirim.labels.CHUNK", 10)
    kirim.many_contacts(15)
    walk(connected)
    segment = a_segment(agent)
    kirim.fails({"method": "POST", "path": "bulk_label", "cut": cut, "times": 1})
    assert tell(connected, "segment", segment).state == "waiting"
    kirim.contact(PRIYA, name="One more")
    walk(connected)
    membership.refresh(segment)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        pushing.work_off()
    assert Push.objects.get(kind="segment").state == "done"
    assert len(kirim.state()["contact_labels"]) == 16


def test_of_very_many_a_stretch_at_a_time(
    connected: Connected, kirim: StandIn, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.kirim.labels.CHUNK", 2)
    kirim.many_contacts(23)
    walk(connected)
    pushing.wish(connected.connection, segments_push.to_be_told(a_segment(agent).pk))
    pushes.send(connected, Push.objects.get(kind="segment"))
    assert len(sizes(kirim)) == 5
    Push.objects.filter(kind="segment").update(due_at=datetime.now(UTC))
    pushing.work_off()
    assert len(kirim.state()["contact_labels"]) == 23
    assert Push.objects.get(kind="segment").state == "done"


@pytest.mark.django_db(transaction=True)
def test_it_follows_from_the_log_and_the_contact_says_its_segments(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    kirim.contact(PRIYA, name="Priya", metadata={"city": "Bandung"})
    walk(connected)
    settle()
    segments.create(actor=acting(agent), name="Bandung", filters={"search": "Priya"})
    segments.create(actor=acting(agent), name="All", filters={"status": "active"})
    settle()
    [there] = kirim.state()["contacts"]
    one = Contact.objects.get()
    assert there["metadata"] == {"city": "Bandung", "crm_id": str(one.pk), "crm_segment": "All, Bandung"}
    assert len(kirim.state()["contact_labels"]) == 2
    assert f"{CUSTOM}crm_segment".partition(".")[2] not in one.custom_fields
    membership.follow()
    change(actor=acting(agent), contact=one, name="Renamed")
    wait_until_readable()
    while membership.follow():
        pass
    settle()
    assert kirim.state()["contacts"][0]["metadata"]["crm_segment"] == "All"
    assert len(kirim.state()["contact_labels"]) == 1
