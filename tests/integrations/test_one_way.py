"""Chats whose system takes nothing from outside."""

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Workspace
from crm.errors import Invalid
from inbox import sending
from inbox.models import Conversation, Message
from tests.cast import Acting
from tests.integrations.jivochat.events import chat_finished
from tests.integrations.senders import connect

pytestmark = pytest.mark.django_db
WORDS = "JivoChat takes no messages from outside. Answer in the JivoChat app."


@pytest.fixture
def chat(workspace: Workspace) -> Conversation:
    connect("jivochat", workspace).send(chat_finished())
    return Conversation.objects.get()


def test_an_answer_is_refused_and_told_where_to_write_it(chat: Conversation, agent: Membership, actor: Acting) -> None:
    with pytest.raises(Invalid) as refusal:
        sending.reply(actor=actor(agent), conversation=chat, body="One more thing")
    assert refusal.value.fields == {"body": [f"{WORDS} Nothing was sent."]}
    assert Message.objects.count() == 3


def test_the_composer_says_so_before_one_writes(chat: Conversation, agent: Membership) -> None:
    browser = Browser()
    browser.force_login(agent.user)
    assert WORDS in browser.get(f"/inbox/{chat.pk}").content.decode()
