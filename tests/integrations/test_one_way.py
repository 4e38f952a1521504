"""What is answered here in a chat whose system takes nothing from outside."""

import pytest

from accounts.models import Membership, Workspace
from inbox import sending
from inbox.models import Conversation, Message
from integrations import pushing
from integrations.models import Push
from tests.cast import Acting
from tests.integrations.jivochat.events import chat_finished
from tests.integrations.senders import connect, react

pytestmark = pytest.mark.django_db(transaction=True)


def states(message: Message) -> list[tuple[str, str]]:
    rows = message.deliveries.order_by("occurred_at", "created_at", "id")
    return [(str(row.state), row.words) for row in rows]


def settle() -> None:
    react()
    pushing.work_off()


def test_an_answer_fails_at_once_and_says_where_to_write_it(
    workspace: Workspace, agent: Membership, actor: Acting
) -> None:
    connect("jivochat", workspace).send(chat_finished())
    message = sending.reply(actor=actor(agent), conversation=Conversation.objects.get(), body="One more thing")
    settle()
    words = "JivoChat takes no messages from outside. Answer in the JivoChat app."
    assert states(message) == [("queued", ""), ("failed", words)]
    sending.retry(actor=actor(agent), message=message)
    settle()
    assert [state for state, _ in states(message)] == ["queued", "failed", "queued", "failed"]


def test_what_an_agent_said_in_jivochat_is_not_sent_anywhere(workspace: Workspace, actor: Acting) -> None:
    connect("jivochat", workspace).send(chat_finished())
    settle()
    assert not Push.objects.exists()
    assert [states(message) for message in Message.objects.all()] == [[], [], []]
