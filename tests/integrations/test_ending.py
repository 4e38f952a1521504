"""A connection that is paused or ended: what waits, what is given up, and what whoever writes is told."""

from typing import Any

import pytest

from accounts.models import Membership
from crm.errors import Invalid
from inbox import sending
from inbox.composing.limits import limit_of
from inbox.models import Conversation, Message
from integrations import pushing
from integrations.base import Connected, Wanted
from integrations.connecting import Opened, disconnect, pause, resume
from integrations.models import Push
from tests.arrivals import write_in
from tests.cast import acting
from tests.integrations.plain import Plain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chat(opened: Opened) -> Conversation:
    connection = opened.connection
    return write_in(
        Connected(connection).actor, "Hello", sender="+493090182000", channel="whatsapp", connection_id=connection.pk
    ).conversation  # fmt: skip


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def waiting(opened: Opened, chat: Conversation) -> Push:
    pushing.wish(opened.connection, Wanted("contact", chat.contact_id, {"event": "x"}))
    push: Push = Push.objects.get()
    return push


def test_what_still_waited_is_given_up_and_its_system_told(
    opened: Opened, plain: Plain, chat: Conversation, owner: Membership
) -> None:
    push = waiting(opened, chat)
    disconnect(actor=acting(owner), connection=opened.connection)
    push.refresh_from_db()
    assert (push.state, push.last_error) == ("dead", "Plain was disconnected before this was sent.")
    assert plain.given_up == ["Plain was disconnected before this was sent."]
    assert (pushing.work_off(), plain.sent) == (0, [])


def test_nothing_is_written_where_nothing_goes_out_any_more(
    opened: Opened, chat: Conversation, agent: Membership, owner: Membership
) -> None:
    assert limit_of(fresh(chat)) is None
    disconnect(actor=acting(owner), connection=opened.connection)
    with pytest.raises(Invalid, match=r"nothing goes out here\. Begin a new conversation"):
        sending.reply(actor=acting(agent), conversation=fresh(chat), body="Gladly")
    assert Message.objects.count() == 1


def test_while_it_is_paused_what_is_written_waits_and_is_told_so(
    opened: Opened, plain: Plain, chat: Conversation, agent: Membership, owner: Membership
) -> None:
    pause(actor=acting(owner), connection=opened.connection)
    limit: Any = limit_of(fresh(chat))
    assert (limit.words, limit.refusal) == ("Plain is paused: what you write goes out once it is resumed.", "")
    sending.reply(actor=acting(agent), conversation=fresh(chat), body="Gladly")
    push = waiting(opened, chat)
    assert pushing.work_off() == 0
    resume(actor=acting(owner), connection=opened.connection)
    assert (pushing.work_off(), plain.sent) == (1, [f"{push.pk}-1"])
