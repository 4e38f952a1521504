"""A day with a real customer: both sides, over real HTTP."""

import pytest

from accounts.models import Membership
from contacts.models import Contact
from inbox import actions, sending
from inbox.models import Conversation, Message
from integrations.base import Connected
from integrations.models import InboundEvent, Push
from tests.cast import acting
from tests.integrations.kirim.conftest import PRIYA, Both, outcomes
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
