"""Systems whose chats come here, and that take no answers from outside."""

from collections.abc import Callable, Iterable
from uuid import UUID

from activity.models import Event
from activity.types import EventType
from inbox import sending
from inbox.models import Conversation, Message
from integrations.base import Connected, Failed, System, Wanted
from integrations.models import Push

REPLY = "reply"


class OneWay(System):
    """An answer written here fails at once, and says where to write it: it must not wait to be sent for ever."""

    pushes = frozenset({EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERY_CHANGED})
    elsewhere: str
    """Where to answer instead, a sentence."""

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        ours = Conversation.objects.filter(pk=event.payload["conversation_id"], connection=connected.connection)
        if ours.exists() and _queued(event.subject_id):
            yield Wanted(REPLY, event.subject_id)

    def send(self, connected: Connected, push: Push) -> Callable[[], str]:
        raise Failed(f"{self.title} takes no messages from outside. {self.elsewhere}")

    def gave_up(self, connected: Connected, push: Push) -> None:
        if (message := _queued(push.subject_id)) is not None:
            words = push.last_error
            sending.report(actor=connected.actor, message=message, state=sending.State.FAILED, words=words)


def _queued(message_id: UUID) -> Message | None:
    """The message, while it waits to be sent."""
    message: Message | None = Message.objects.filter(pk=message_id, erased_at=None).first()
    last = sending.latest(message) if message else None
    return message if last is not None and last.state == sending.State.QUEUED else None
