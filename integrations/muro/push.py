"""What goes to muro: our replies, as an agent's messages, and our notes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from activity.models import Event
from activity.types import EventType
from activity.work import Failed, Later
from inbox import outside
from inbox.composing.models import Note
from inbox.models import Conversation, Message, MessageDelivery
from inbox.sending import latest, report, why_not
from integrations.base import Connected, Wanted
from integrations.calling import VendorError
from integrations.links import link, outside_id
from integrations.models import Push
from integrations.muro.calls import Muro
from integrations.muro.recognising import NOTE

MESSAGE = "message"
KINDS = {MESSAGE: "agent", NOTE: "note"}
PATIENCE = 4  # tries
State = MessageDelivery.State


def wants(connected: Connected, event: Event) -> Iterable[Wanted]:
    """A reply that is queued, also for another try; a note of a chat that muro knows."""
    if event.type == EventType.NOTE_CREATED:
        note = Note.objects.filter(pk=event.subject_id).select_related("conversation").first()
        return [Wanted(NOTE, note.pk)] if note and _is_there(connected, note.conversation) else []
    if event.type == EventType.MESSAGE_DELIVERY_CHANGED and event.payload.get("state") != State.QUEUED:
        return []
    message = Message.objects.filter(pk=event.subject_id).select_related("conversation").first()
    if message is None or not _is_there(connected, message.conversation):
        return []
    last = latest(message)
    return [Wanted(MESSAGE, message.pk)] if last and last.state == State.QUEUED else []


def send(connected: Connected, push: Push) -> Callable[[], str]:
    model: Any = Note if push.kind == NOTE else Message
    row = model.objects.select_related("conversation").get(pk=push.subject_id)
    if row.erased_at is not None:
        return lambda: "It was erased before it was sent."
    if _arrived(connected, push, row):
        return partial(_told, connected, push, row, "")
    _in_turn(connected, push, row)
    if push.kind == MESSAGE and (refused := why_not(row)):
        raise Failed(refused)
    with Muro(connected) as muro:
        try:
            there = muro.say(row.conversation.external_id, KINDS[push.kind], row.body, push.idempotency_key)
        except VendorError as error:
            raise Failed(_refusal(error)) from error
    return partial(_told, connected, push, row, there)


def gave_up(connected: Connected, push: Push) -> None:
    """Say at the message that it did not go out. A note's fate stands on the connection's page alone."""
    message = Message.objects.filter(pk=push.subject_id).first() if push.kind == MESSAGE else None
    if message is not None:
        report(actor=connected.actor, message=message, state=State.FAILED, words=push.last_error)


def _is_there(connected: Connected, conversation: Conversation) -> bool:
    return conversation.connection_id == connected.connection.pk and conversation.external_id is not None


def _arrived(connected: Connected, push: Push, row: Any) -> bool:
    """Its echo came before the answer did, or a worker was killed after the answer: it is not said twice."""
    if push.kind == NOTE:
        return outside_id(connected.connection, NOTE, row.pk) is not None
    return outside.of(row) is not None


def _in_turn(connected: Connected, push: Push, row: Any) -> None:
    """Raises Later while an earlier reply of the same chat is being tried, for a few minutes at most."""
    if push.kind != MESSAGE:
        return
    before = Message.objects.filter(conversation=row.conversation_id, position__lt=row.position).values("pk")
    waiting = Push.objects.filter(
        connection=connected.connection, kind=MESSAGE, state=Push.State.WAITING, attempts__lt=PATIENCE
    )
    if waiting.filter(subject_id__in=before).exists():
        raise Later(1, "An earlier reply goes first.")


def _told(connected: Connected, push: Push, row: Any, there: str) -> str:
    if push.kind == NOTE:
        if there:
            link(connected.connection, NOTE, f"{row.conversation.external_id}/{there}", row.pk)
        return "The note stands at muro."
    if there:
        outside.confirm(actor=connected.actor, message=row, external_id=there)
    report(actor=connected.actor, message=row, state=State.SENT)
    return "The visitor has the reply."


def _refusal(error: VendorError) -> str:
    if error.status == 404 or error.code == "not_found":
        return "muro does not know this conversation any more: answer by another channel."
    return f"muro refused it: {error.words or error.code or error.status}"
