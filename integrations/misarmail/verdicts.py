"""What the other side says a message wants. It judges for both: our own model does not contradict it, a person here
may."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.models import Work
from inbox import actions
from inbox.intents.judgement import Judgement
from inbox.intents.labels import Intent
from inbox.messages import newest_from_them
from inbox.models import Conversation, IntentTag, IntentWork, Message
from inbox.tagging import tag
from integrations.base import Connected

VERSION = "misarmail"
REASON = "as told by MisarMail"


def pronounce(connected: Connected, conversation: Conversation, intent: str, judged: Mapping[str, Any]) -> None:
    """The conversation's intent is theirs now: said of the newest inbound message, as a person where a person here had
    said otherwise before they did, or where there is no message to say it of."""
    newest = newest_from_them(conversation)
    if newest is not None:
        say(connected, Message.objects.get(pk=newest), intent, judged)
    conversation.refresh_from_db()
    if conversation.intent != intent:
        actions.override_intent(actor=connected.actor, conversation=conversation, intent=intent)


def say(connected: Connected, message: Message, intent: str, judged: Mapping[str, Any]) -> None:
    evidence = str(judged.get("evidence") or "")
    start = message.new_text.find(evidence) if evidence else -1
    said = IntentTag.objects.filter(message=message, version__startswith=VERSION).count()
    judgement = Judgement(
        intent=Intent(intent), confidence=judged.get("confidence", 1.0), start=max(start, 0),
        end=start + len(evidence) if start >= 0 else 0, made_by="model", version=f"{VERSION} {said + 1}", reason=REASON,
    )  # fmt: skip
    tag(message, judgement, by=connected.actor)


def leave_to_them(messages: Collection[UUID]) -> None:
    """Our own passes do not judge these."""
    waiting = IntentWork.objects.filter(message__in=messages, state=Work.State.WAITING)
    waiting.update(state=Work.State.DONE, done_at=timezone.now())
