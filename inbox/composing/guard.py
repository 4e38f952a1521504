"""The send guard: what came in since one began to write, and the press that is sent once."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from crm.errors import Conflict
from inbox.composing.models import Press
from inbox.models import Conversation, Message

# Further ones are in the thread all the same.
MOST_SHOWN = 5


class Held(Conflict):
    """Nothing was sent: somebody else wrote since this was begun. `messages` are theirs, oldest first; `position` is
    where the conversation stands now, to begin from when it is sent anyway."""

    code = "written_since"

    def __init__(self, messages: Sequence[Message], position: int) -> None:
        who = " and ".join(dict.fromkeys(author(one) for one in messages))
        super().__init__(f"{who} wrote since you began. Nothing was sent yet: read it, then send anyway.")
        self.messages = messages
        self.position = position


class OtherWords(Conflict):
    """Nothing was sent: the same draft went out with other words, from another window."""

    code = "sent_otherwise"

    def __init__(self) -> None:
        super().__init__("You sent this draft from another window, in other words. Send again if both should go out.")


def author(message: Message) -> str:
    if message.direction == Message.Direction.INBOUND:
        return message.author_name or str(message.conversation.contact)
    return message.author_name or "A colleague"


def written_since(actor: Actor, conversation: Conversation, seen: int) -> list[Message]:
    """The messages after position `seen` that are not the actor's own, oldest first, at most the newest few."""
    if conversation.message_count <= seen:
        return []
    mine = Q(direction=Message.Direction.OUTBOUND, author_kind=actor.kind, author_id=actor.id)
    rows = Message.objects.filter(conversation=conversation, position__gt=seen).exclude(mine)
    rows = rows.defer("html", "headers", "search").select_related("conversation__contact")
    return list(reversed(rows.order_by("-position")[:MOST_SHOWN]))


def must_be_last(actor: Actor, conversation: Conversation, seen: int | None) -> None:
    """Raise Held where somebody else wrote after position `seen`. The conversation is locked; None asks nothing."""
    if seen is None:
        return
    newer = written_since(actor, conversation, seen)
    if newer:
        raise Held(newer, conversation.message_count)


def pressed_before(actor: Actor, token: UUID | None, body: str) -> Message | None:
    """The message that this press has sent already. Raises OtherWords where it said something else."""
    if token is None or actor.id is None:
        return None
    found = Press.objects.filter(sender=actor.id, token=token).select_related("message").first()
    if found is None:
        return None
    if found.message.erased_at is None and found.message.body != body:
        raise OtherWords
    return found.message


def pressed(actor: Actor, token: UUID | None, message: Message) -> None:
    """Let the same press lead to `message` from now on."""
    if token is not None and actor.id is not None:
        Press.objects.create(workspace=actor.workspace, sender=actor.id, token=token, message=message)
