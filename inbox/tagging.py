"""What an inbound message wants: judged after commit, kept as a tag, shown on the conversation while it is the
newest."""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from accounts.actors import Actor, system
from activity.log import record
from activity.types import EventType
from activity.work import run_outside
from crm.transactions import insert_once
from crm.versions import write
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.learning.using import model_of
from inbox.intents.llm import choosing, later
from inbox.intents.llm.asking import Asking
from inbox.intents.llm.models import LlmWork
from inbox.intents.passes import judge
from inbox.messages import lock, newest_from_them
from inbox.models import Conversation, IntentTag, IntentWork, Message
from inbox.reactions import is_history
from inbox.thresholds import thresholds


def reply_of(message: Message) -> Reply:
    headers = tuple((str(name), str(value)) for name, value in message.headers)
    return Reply(
        text=message.new_text, subject=message.subject, headers=headers, channel=message.conversation.channel
    )  # fmt: skip


def work_off() -> int:
    """Tag the messages that wait, and return how many were tried. The judging runs outside of any transaction."""
    return run_outside(IntentWork, _judged)


def ask_off() -> int:
    """Ask the workspaces' language models about the messages that wait for it, and return how many were tried."""
    return run_outside(LlmWork, _asked, most=later.MOST_AT_ONCE, only=later.ONE_OF_EACH)


def _judged(work: IntentWork) -> Callable[[], None]:
    message = Message.objects.select_related("workspace", "conversation").get(pk=work.message_id)
    return partial(_keep, message, judge(reply_of(message), model=model_of(message.workspace)))


def _keep(message: Message, judgement: Judgement) -> None:
    if tag(message, judgement) and not is_history(message):
        later.ask_later(message, judgement)


def _asked(work: LlmWork) -> Callable[[], None]:
    """One call at most for each try. Whatever comes of it, the work is done: the local model's tag stands already."""
    message = Message.objects.select_related("workspace", "conversation").get(pk=work.message_id)
    better = _second_opinion(message)
    return partial(_keep_better, message, better)


def _second_opinion(message: Message) -> Judgement | None:
    """None where it changes nothing any more, or where there is none."""
    if message.erased_at is not None or not _is_shown(message.conversation, message):
        return None
    settings = choosing.to_ask(message.workspace)
    if settings is None:
        return None
    judged = judge(
        reply_of(message), thresholds=thresholds(message.workspace), further=[Asking(settings)],
        model=model_of(message.workspace),
    )  # fmt: skip
    return judged if judged.made_by == "llm" else None


def _keep_better(message: Message, better: Judgement | None) -> None:
    if better is not None:
        tag(message, better)


@transaction.atomic
def tag(message: Message, judgement: Judgement, *, by: Actor | None = None) -> IntentTag | None:
    """Keep the judgement, unless this version has judged the message before, or its person was erased meanwhile (then
    None). `by`: who says so in the log, if not the intents themselves."""
    conversation = lock(message.conversation)
    reply = reply_of(message)
    made = IntentTag(
        workspace_id=message.workspace_id, message=message, intent=judgement.intent.value,
        confidence=judgement.confidence, start=judgement.start, end=judgement.end, evidence=judgement.evidence(reply),
        reason=judgement.reason[:300], made_by=judgement.made_by, version=judgement.version,
    )  # fmt: skip
    if not Message.objects.filter(pk=message.pk, erased_at=None).exists() or not insert_once(made):
        return None
    if not _is_shown(conversation, message):
        return made
    least = thresholds(message.workspace)[judgement.intent]
    write(conversation, intent=made.intent, intent_tag_id=made.pk, needs_look=judgement.confidence < least)
    _announce(by or system(message.workspace, "intents"), conversation, made)
    return made


def _is_shown(conversation: Conversation, message: Message) -> bool:
    """Whether the conversation shows this message's intent: it is the newest from the person, and nobody corrected
    it."""
    corrected = IntentTag.objects.filter(message=message, made_by=IntentTag.Maker.PERSON)
    return newest_from_them(conversation) == message.pk and not corrected.exists()


def _announce(actor: Actor, conversation: Conversation, tag: IntentTag) -> None:
    record(
        actor, EventType.INTENT_DETECTED, conversation,
        conversation_id=conversation.pk, contact_id=conversation.contact_id, message_id=tag.message_id,
        intent=tag.intent, confidence=round(tag.confidence, 4), made_by=tag.made_by,
    )  # fmt: skip
