"""A day with a real customer: both sides, over real HTTP."""

import pytest

from accounts.models import Membership
from contacts.actions import change
from contacts.models import Contact
from inbox import actions, sending
from inbox.models import Conversation, Message
from integrations import batches
from integrations.base import Connected
from integrations.models import Connection, InboundEvent, Push
from integrations.standing import standing
from tests.arrivals import events
from tests.cast import acting
from tests.integrations.kirim.conftest import PRIYA, Both, outcomes, settle
from tests.integrations.kirim.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_whole_conversation(door: StandIn, both: Both, connected: Connected, agent: Membership) -> None:
    anna = door.user("Anna Agent", agent.user.email)
    door.writes(PRIYA, "Halo, apakah masih ada?", name="Priya Sharma")
    both()
    assert [state for _, state, _ in outcomes()] == ["done"] * 3, outcomes()
    contact = Contact.objects.get()
    assert (contact.name, contact.phone) == ("Priya Sharma", PRIYA)
    [theirs] = door.state()["contacts"]
    assert theirs["metadata"] == {"crm_id": str(contact.pk)}

    conversation = Conversation.objects.get()
    message = sending.reply(actor=acting(agent), conversation=conversation, body="Masih, Kak.")
    both()
    sent = [one for one in door.state()["messages"] if one["direction"] == "outbound"]
    assert [one["text"]["body"] for one in sent] == ["Masih, Kak."]
    door.status(sent[0]["id"], "read")
    door.status(sent[0]["id"], "delivered")
    both()
    last = sending.latest(message)
    assert last
    assert last.state == "read"
    assert Message.objects.count() == 2

    actions.assign(actor=acting(agent), conversation=Conversation.objects.get(), to=agent)
    both()
    [there] = door.state()["conversations"]
    assert there["assignee"] is None, "Kirim's id of Anna is not known yet"
    door.edit_conversation(there["id"], assigned_to=anna["id"])
    both()
    assert Conversation.objects.get().assignee == agent
    actions.close(actor=acting(agent), conversation=Conversation.objects.get())
    both()
    assert door.state()["conversations"][0]["status"] == "resolved"
    assert not InboundEvent.objects.exclude(state="done").exists()
    assert not Push.objects.exclude(state="done").exists()


def test_doubled_shuffled_and_tampered_deliveries_end_as_one_of_everything(
    door: StandIn, both: Both, connected: Connected
) -> None:
    """Whatever is refused as forged is final at Kirim: the batch brings it."""
    for number in range(8):
        door.writes(f"+62812000000{number % 2}", f"Message {number}", name=f"Person {number % 2}")
    assert {one["status"] for one in door.deliver(double=True, order="shuffle", seed=3)} == {200}
    door.writes("+628120000000", "Message 8")
    door.writes("+628120000001", "Message 9")
    assert [one["status"] for one in door.deliver(tamper=True)] == [401, 401]
    door.writes("+628120000000", "Message 10")
    assert [one["status"] for one in door.deliver(age=301)] == [401]
    door.writes("+628120000000", "Message 11")
    assert [one["status"] for one in door.deliver(unsigned=True)] == [401]
    both()
    assert (Contact.objects.count(), Conversation.objects.count(), Message.objects.count()) == (2, 2, 8)
    run = batches.finish(batches.start(actor=connected.actor, connection=connected.connection))
    assert run.counts["messages"]["missing"] == 4
    both()
    assert sorted(Message.objects.values_list("body", flat=True)) == sorted(f"Message {n}" for n in range(12))
    assert standing(Connection.objects.get()).words == "Complete"
    assert Connection.objects.get().refused_count == 4


def test_edits_at_both_sides_that_cross_end_equal(
    door: StandIn, both: Both, connected: Connected, agent: Membership
) -> None:
    """Each side changes the same person and conversation while the other's news are still on their way."""
    door.writes(PRIYA, "Halo", name="Priya")
    both()
    [there] = door.state()["contacts"]
    [chat] = door.state()["conversations"]
    door.edit_contact(there["id"], name="Named there", metadata={**there["metadata"], "city": "Bandung"})
    change(actor=acting(agent), contact=Contact.objects.get(), name="Named here", email="priya@example.com")
    door.edit_conversation(chat["id"], status="resolved")
    settle()  # ours goes out before theirs comes in
    both()
    both()
    [there] = door.state()["contacts"]
    here = Contact.objects.get()
    assert (there["name"], there["email"]) == (here.name, here.email) == ("Named here", "priya@example.com")
    assert (here.custom_fields["city"], there["metadata"]["city"]) == ("Bandung", "Bandung")
    assert there["metadata"]["crm_id"] == str(here.pk)
    assert (door.state()["conversations"][0]["status"], Conversation.objects.get().status) == ("resolved", "closed")
    quiet = events()
    both()
    assert events() == quiet, "nothing goes round in circles"
