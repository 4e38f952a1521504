"""What the templates of the thread and the composer show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from clients.pages import PageRequest
from crm.pages.keyset import Stretch
from inbox import next_steps
from inbox.composing import drafts, guard, presence, thread
from inbox.composing.models import KeptDraft
from inbox.models import Conversation, Message


@dataclass(frozen=True)
class Written:
    """What stands in a text field, and the token that its form is sent with."""

    body: str = ""
    token: UUID = field(default_factory=uuid4)
    is_draft: bool = False


@dataclass(frozen=True)
class Compose:
    """kind: which of the two is in front. seen: up to where the thread is shown. begun: where it stood when the reply
    was begun. newer: what came in since, which holds it. otherwise: the draft went out in other words."""

    kind: str
    reply: Written
    note: Written
    seen: int
    begun: int
    newer: Sequence[Message] = ()
    otherwise: bool = False


def thread_of(request: PageRequest, opened: Conversation, stretch: Stretch[Message]) -> dict[str, Any]:
    """The entries of the thread and, for who may write, the composer and who else is there."""
    actor, mark = request.actor, request.GET.get("earlier", "")
    shown: dict[str, Any] = {"entries": thread.entries(actor, opened, stretch, mark), "drawn_at": timezone.now()}
    if not actor.can_write or mark:
        return shown
    steps = next_steps.steps(actor, opened, _newest(stretch, opened))
    return shown | {"compose": compose(request, opened), "others": presence.others(actor, opened), "steps": steps}


def _newest(stretch: Stretch[Message], opened: Conversation) -> Message | None:
    """What the person said last, among what is shown anyway; asked for where it lies further up."""
    inbound = (one for one in reversed(stretch.rows) if one.direction == Message.Direction.INBOUND)
    newest = next(inbound, None)
    return newest or (next_steps.newest(opened) if stretch.more else None)


def compose(request: PageRequest, opened: Conversation) -> Compose:
    kept = drafts.kept(request.actor, opened)
    reply, note = kept.get(KeptDraft.Kind.REPLY), kept.get(KeptDraft.Kind.NOTE)
    wanted = request.GET.get("write", "")
    only_note = note is not None and reply is None
    return Compose(
        kind=KeptDraft.Kind.NOTE if wanted == "note" or (only_note and wanted != "reply") else KeptDraft.Kind.REPLY,
        reply=_written(reply),
        note=_written(note),
        seen=opened.message_count,
        begun=reply.seen if reply else opened.message_count,
        newer=guard.written_since(request.actor, opened, reply.seen) if reply else (),
    )


def fresh(opened: Conversation) -> Compose:
    """An empty composer, below the thread as it is."""
    return Compose(KeptDraft.Kind.REPLY, Written(), Written(), seen=opened.message_count, begun=opened.message_count)


def _written(draft: KeptDraft | None) -> Written:
    return Written(draft.body, draft.token, is_draft=True) if draft else Written()
