"""offline_message: what was left while nobody was there is followed up."""

import pytest

from accounts.models import Membership, Workspace
from contacts.models import Contact
from inbox.models import Conversation, FollowUp, Message
from tests.integrations.jivochat.events import ids_as_text, offline_message
from tests.integrations.senders import Sender, connect, react

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed_up(workspace: Workspace, owner: Membership) -> Sender:
    return connect("jivochat", workspace, default_manager="olga.owner@example.com")


@pytest.mark.django_db(transaction=True)
def test_it_becomes_a_follow_up_for_the_manager(followed_up: Sender, owner: Membership) -> None:
    followed_up.send(offline_message())
    react()
    message, task = Message.objects.get(), FollowUp.objects.get()
    assert (message.body, message.offline, message.direction) == ("Please call me about the oak table", True, "inbound")
    assert message.author_name == "Tom Clifton"
    assert (task.owner, task.source, task.contact) == (owner, "offline_message", Contact.objects.get())
    assert task.conversation == Conversation.objects.get()


def test_the_same_message_again_is_one_message(followed_up: Sender) -> None:
    followed_up.send(offline_message(), offline_message(), ids_as_text(offline_message()))
    assert Message.objects.count() == 1


def test_all_that_one_visitor_leaves_is_one_thread(followed_up: Sender) -> None:
    followed_up.send(offline_message(), offline_message(offline_message_id="78", message="And the chairs?"))
    assert Message.objects.count() == 2
    assert Conversation.objects.get().subject == "JivoChat #77 - Tom Clifton"


def test_without_a_text_or_an_id_nothing_breaks(followed_up: Sender) -> None:
    followed_up.send(offline_message(message=None), offline_message(offline_message_id=None))
    assert [message.body for message in Message.objects.all()] == ["Please call me about the oak table"]
