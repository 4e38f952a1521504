"""How the timeline tells of what happened."""

import pytest

from activity.models import Event
from activity.sentences import sentence
from activity.types import EventType


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("email", "Conversation began by e-mail"),
        ("sms", "Conversation began by SMS"),
        ("whatsapp", "Conversation began on WhatsApp"),
        ("linkedin", "Conversation began on LinkedIn"),
        ("chat", "Conversation began in a chat"),
    ],
)
def test_a_conversation_begins_on_its_channel_by_the_name_that_people_use(channel: str, words: str) -> None:
    event = Event(type=EventType.CONVERSATION_CREATED, payload={"contact_id": "x", "channel": channel})
    assert sentence(event) == words
