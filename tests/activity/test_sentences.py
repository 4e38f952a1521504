"""How the timeline tells of what happened."""

from typing import Any

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


@pytest.mark.parametrize(
    ("type", "payload", "words"),
    [
        (
            EventType.REACTION_SWITCHED,
            {"reaction": "open_deal", "enabled": False},
            "Automation “open deal” switched off",
        ),
        (EventType.THRESHOLDS_MOVED, {"moved": {"booking": [0.6, 0.75]}}, "Thresholds moved: booking 60% → 75%"),
        (EventType.KEY_CREATED, {"name": "Zapier", "scopes": ["crm"]}, "API key “Zapier” made (crm)"),
        (EventType.DATA_EXPORTED, {"what": "people", "count": 12345}, "Exported 12,345 people"),
        (
            EventType.STAGE_UPDATED,
            {"key": "new", "name": "New {0}", "changed_fields": ["rot_days", "name"]},
            "Stage “New {0}” changed: rot days, name",
        ),
    ],
    ids=["switch", "thresholds", "key", "export", "stage"],
)
def test_what_an_admin_did_is_told_in_words(type: EventType, payload: dict[str, Any], words: str) -> None:
    assert sentence(Event(type=type, payload=payload)) == words


@pytest.mark.parametrize("type", sorted(EventType))
def test_an_event_whose_words_were_forgotten_still_has_a_sentence(type: EventType) -> None:
    assert sentence(Event(type=type, payload={}))
