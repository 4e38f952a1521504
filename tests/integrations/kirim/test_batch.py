"""Walking what Kirim lists: everything at first, then what is new; gaps filled; resumed where it broke off."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from contacts.actions import change
from contacts.models import Contact
from inbox import actions, sending
from inbox.models import Conversation, Message
from integrations import batches, processing
from integrations.base import Connected
from integrations.kirim import batch
from integrations.models import Connection, InboundEvent, Push, SyncRun, Watermark
from integrations.standing import standing
from tests.cast import acting
from tests.integrations.kirim.conftest import PRIYA
from tests.integrations.kirim.payloads import knock
from tests.integrations.kirim.stand_in import StandIn
from tests.integrations.kirim.test_push import tell

pytestmark = pytest.mark.django_db


def walk(connected: Connected, *, full: bool = False) -> SyncRun:
    run = batches.start(actor=connected.actor, connection=connected.connection, full=full)
    return batches.finish(run)


def before_it_was_connected(connected: Connected) -> None:
    Connection.objects.update(created_at=datetime.now(UTC) + timedelta(hours=1))
    connected.connection.refresh_from_db()


def bodies() -> list[str]:
    return list(Message.objects.order_by("position").values_list("body", flat=True))


def test_people_come_in_by_the_page_and_the_second_time_nothing_is_new(connected: Connected, kirim: StandIn) -> None:
    kirim.many_contacts(250)
    run = walk(connected)
    assert (run.state, run.counts["contacts"]["new"]) == ("done", 250), run.last_error
    one = Contact.objects.get(name="Person 7")
    assert (one.phone, one.email, one.custom_fields) == ("+6281200000007", "person7@example.com", {"city": "Bandung"})
    again = walk(connected, full=True)
    assert again.counts["contacts"] | {"seen": 0} == {
        "new": 0, "changed": 0, "same": 250, "missing": 0, "failed": 0, "seen": 0
    }  # fmt: skip


def test_a_page_of_a_hundred_costs_what_a_page_of_one_does(connected: Connected, kirim: StandIn) -> None:
    def cost(count: int, first: int) -> int:
        kirim.reset()
        kirim.many_contacts(count, first=first)
        run = batches.start(actor=connected.actor, connection=connected.connection)
        with CaptureQueriesContext(connection) as asked:
            batches.step(run)
        SyncRun.objects.update(state="dead")
        return len(asked)

    cost(1, 6281300000000)
    assert cost(1, 6281400000000) == cost(100, 6281500000000)


def test_the_next_batch_ends_at_what_the_last_one_saw_where_the_list_goes_by_change(
    connected: Connected, kirim: StandIn
) -> None:
    kirim.many_contacts(350)
    walk(connected)
    rows = kirim.state()["contacts"]
    kirim.edit_contact(rows[3]["id"], name="Changed there")
    kirim.asked()
    run = walk(connected)
    assert run.counts["contacts"]["changed"] == 1
    assert Contact.objects.filter(name="Changed there").count() == 1
    # The first page shows that it does not go by creation, and ends with what was seen before.
    assert len(kirim.asked("GET", "/contacts")) == 1


def test_where_it_goes_by_creation_all_pages_are_walked(connected: Connected, kirim: StandIn) -> None:
    kirim.arrange(contacts_by="created_at")
    kirim.many_contacts(350)
    walk(connected)
    kirim.edit_contact(kirim.state()["contacts"][3]["id"], name="Changed there")
    kirim.asked()
    run = walk(connected)
    assert run.counts["contacts"]["changed"] == 1
    assert len(kirim.asked("GET", "/contacts")) == 4


def test_what_was_written_here_and_not_told_yet_is_not_undone_by_a_batch(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    there = kirim.contact(PRIYA, name="Priya")
    walk(connected)
    change(actor=acting(agent), contact=Contact.objects.get(), name="Priya from here")
    kirim.pass_time(60)
    kirim.edit_contact(there["id"], email="priya@example.com")
    walk(connected)
    one = Contact.objects.get()
    assert (one.name, one.email) == ("Priya from here", "priya@example.com")
    tell(connected, "contact", one)
    assert kirim.state()["contacts"][0]["name"] == "Priya from here"


def test_those_who_come_by_batch_are_marked_there_one_after_another(connected: Connected, kirim: StandIn) -> None:
    kirim.many_contacts(3)
    walk(connected)
    due = list(Push.objects.filter(kind="contact").order_by("due_at").values_list("due_at", flat=True))
    assert [round((later - one).total_seconds()) for one, later in pairwise(due)] == [3, 3]
    Push.objects.all().delete()
    walk(connected, full=True)
    assert not Push.objects.exists(), "once is enough"


def test_history_comes_with_both_sides_of_each_conversation(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    anna = kirim.user("Anna", agent.user.email)
    kirim.writes(PRIYA, "Halo", name="Priya Sharma")
    kirim.sends(PRIYA, "Selamat siang")
    kirim.writes(PRIYA, {"type": "image", "image": {"caption": "Ini"}})
    kirim.edit_conversation(kirim.state()["conversations"][0]["id"], assigned_to=anna["id"], status="resolved")
    before_it_was_connected(connected)
    run = walk(connected)
    assert run.counts["messages"]["new"] == 3
    assert bodies() == ["Halo", "Selamat siang", "[Image]\nIni"]
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.assignee) == ("closed", agent)
    assert standing(connected.connection).words == "Complete"


@pytest.mark.parametrize("names_wamid", [True, False])
def test_seven_of_twenty_one_that_were_withheld_are_missed_and_filled_in_their_order(
    connected: Connected, kirim: StandIn, names_wamid: bool
) -> None:
    """In an edition whose list names only Kirim's own ids too. What came through the webhook says since when it is one,
    whatever the clocks say."""
    kirim.arrange(names_wamid=names_wamid)
    for number in range(21):
        at = (datetime(2026, 5, 1, tzinfo=UTC) + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
        kirim.writes(f"+62812000000{number % 4}", f"Message {number}", at=at)
    arriving = [one for one in kirim.state()["waiting"] if one["source"] == "meta"]
    for one in [each for number, each in enumerate(arriving) if number % 3 != 2]:
        knock(connected, one["body"], event_id=one["event_id"])
    processing.work_off()
    assert Message.objects.count() == 14
    run = batches.start(actor=connected.actor, connection=connected.connection)
    while not run.is_walked:
        batches.step(run)
        run.refresh_from_db()
    assert standing(connected.connection).words == "7 missing"
    run = batches.finish(run)
    assert standing(connected.connection).words == "Complete"
    filled = InboundEvent.objects.filter(via="batch").order_by("done_at")
    times = list(filled.values_list("occurred_at", flat=True))
    assert (len(times), times) == (7, sorted(times))
    assert sorted(bodies()) == sorted(f"Message {number}" for number in range(21))
    # And what the webhook brings after all is here already.
    for one in arriving:
        knock(connected, one["body"], event_id=one["event_id"])
    processing.work_off()
    assert Message.objects.count() == 21
    again = walk(connected)
    assert (again.counts["messages"]["missing"], again.counts["messages"]["new"]) == (0, 0)


def test_what_we_sent_and_what_became_of_it_is_known_again(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    kirim.writes(PRIYA, "Halo")
    walk(connected)
    message = sending.reply(actor=acting(agent), conversation=Conversation.objects.get(), body="Ya")
    tell(connected, "message", message)
    said = next(one for one in kirim.state()["messages"] if one["direction"] == "outbound")
    kirim.status(said["id"], "read")
    run = walk(connected, full=True)
    assert run.counts["messages"]["new"] == 0
    assert Message.objects.count() == 2
    last = sending.latest(message)
    assert last
    assert last.state == "read"


def test_closed_here_stays_closed_when_the_batch_finds_it_open(
    connected: Connected, kirim: StandIn, agent: Membership
) -> None:
    kirim.writes(PRIYA, "Halo")
    walk(connected)
    actions.close(actor=acting(agent), conversation=Conversation.objects.get())
    walk(connected, full=True)
    assert Conversation.objects.get().status == "closed"
    assert Push.objects.filter(kind="conversation").exists(), "Kirim is told"


@pytest.mark.parametrize(
    "fault", [{"cut": "before"}, {"status": 500}, {"garbage": True}, {"status": 429, "retry_after": 0}]
)
def test_a_batch_that_breaks_off_goes_on_where_it_was(connected: Connected, kirim: StandIn, fault: Any) -> None:
    kirim.many_contacts(250)
    kirim.writes(PRIYA, "Halo")
    run = batches.start(actor=connected.actor, connection=connected.connection)
    batches.step(run)
    kirim.fails({"method": "GET", **fault})
    batches.step(run)
    assert run.counts == {} or Contact.objects.count() == 100
    SyncRun.objects.update(due_at=datetime.now(UTC))
    kirim.asked()
    run.refresh_from_db()
    run = batches.finish(run)
    assert (run.state, Contact.objects.count(), Message.objects.count()) == ("done", 251, 1)
    assert all("cursor" in one["params"] for one in kirim.asked("GET", "/contacts")), "from the second page on"


def test_killed_between_page_and_commit_it_takes_the_page_again(connected: Connected, kirim: StandIn) -> None:
    kirim.many_contacts(30)
    run = batches.start(actor=connected.actor, connection=connected.connection)
    batch.fetch(connected, run, {})  # and nothing after it
    run = batches.finish(run)
    assert (run.counts["contacts"]["new"], Contact.objects.count()) == (30, 30)


def test_where_it_is_switched_off_it_says_so_and_proves_nothing(connected: Connected, kirim: StandIn) -> None:
    Connection.objects.update(settings={**connected.connection.settings, "pull": False})
    run = walk(connected)
    assert (run.state, run.last_error) == (
        "dead", "Comparing with Kirim is switched off in the settings of this connection."
    )  # fmt: skip
    assert not standing(Connection.objects.get()).is_complete
    assert not Watermark.objects.exists()
