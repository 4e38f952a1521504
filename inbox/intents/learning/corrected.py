"""What the people of a workspace said of their own messages, as examples to learn from."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from accounts.models import Workspace
from inbox.intents.examples import Example
from inbox.intents.labels import Intent
from inbox.models import IntentTag, Message

# The newest so many: what people wrote years ago says less about what they write now.
MOST = 5000


def corrected(workspace: Workspace) -> list[Example]:
    """The messages that a person gave an intent, each with the last one given. The batch is who wrote it: what one
    person says is never on both sides of a cross-validation."""
    rows = _judged_by_people(workspace).order_by("-pk")[:MOST]
    found = [
        Example(message.new_text, Intent(message.said), message.channel, "", f"person {message.writer}")
        for message in rows
        if message.new_text.strip()
    ]
    return found[::-1]


def number_corrected(workspace: Workspace) -> int:
    return min(_judged_by_people(workspace).count(), MOST)


def _judged_by_people(workspace: Workspace) -> QuerySet[Any, Any]:
    of_people = IntentTag.objects.filter(message=OuterRef("pk"), made_by=IntentTag.Maker.PERSON)
    last = of_people.order_by("-created_at", "-id").values("intent")[:1]
    corrected = IntentTag.objects.filter(workspace=workspace, made_by=IntentTag.Maker.PERSON).values("message")
    rows: QuerySet[Any, Any] = Message.objects.filter(
        workspace=workspace, erased_at=None, direction=Message.Direction.INBOUND, pk__in=corrected
    ).annotate(said=Subquery(last), channel=F("conversation__channel"), writer=F("conversation__contact"))
    return rows
