"""Acme with a mail account on the servers of these tests, and everything that follows when mail comes and goes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import Workspace
from activity.models import Event
from inbox.models import Conversation, Message, MessageDelivery
from integrations import batches, connecting, pushing
from integrations.email.system import SYSTEM
from integrations.models import Connection, SyncRun
from tests.cast import acting
from tests.inbox.letters import ME
from tests.integrations.email.dovecot import PASSWORD, Dovecot
from tests.integrations.email.post import Post


@dataclass
class House:
    connection: Connection
    user: str
    dovecot: Dovecot
    post: Post
    heard: int = 0

    @classmethod
    def of(
        cls, workspace: Workspace, dovecot: Dovecot, post: Post, client_id: UUID | None = None, **settings: Any
    ) -> "House":
        user = f"{uuid4().hex}@acme.example"
        given = {
            "addresses": ME, "display_name": "Acme Sales",
            "imap_host": "127.0.0.1", "imap_port": dovecot.port, "imap_security": "none", "imap_user": user,
            "imap_password": PASSWORD,
            "smtp_host": "127.0.0.1", "smtp_port": post.ports["none"], "smtp_security": "none",
        }  # fmt: skip
        opened = connecting.connect(
            actor=acting(workspace), system="email", client_id=client_id, settings={**given, **settings}
        )
        return cls(opened.connection, user, dovecot, post)

    def deliver(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        self.dovecot.deliver(self.user, *mails, folder=folder, at=at)

    def look(self, *, full: bool = False) -> SyncRun:
        """What the regular look does, to its end."""
        actor = acting(self.connection.workspace)
        return batches.finish(batches.start(actor=actor, connection=self.connection, full=full))

    def counted(self, *, full: bool = False) -> dict[str, int]:
        """How many mails of a look had which fate."""
        found: dict[str, int] = defaultdict(int)
        run = self.look(full=full)
        assert run.state == SyncRun.State.DONE, run.last_error
        for counts in run.counts.values():
            for name, count in counts.items():
                found[name] += count
        return {name: count for name, count in found.items() if count}

    def change(self, **settings: Any) -> None:
        connecting.change(actor=acting(self.connection.workspace), connection=self.connection, given=settings)

    def send_all(self) -> None:
        """What workers do with what was written: once, without waiting for what is to be tried again. The log is read
        as its consumer does, which sees nothing of a test that is one transaction."""
        for event in Event.objects.filter(sequence__gt=self.heard, type__in=SYSTEM.pushes).order_by("sequence"):
            self.heard = event.sequence
            pushing._tell(event, acting(self.connection.workspace))
        pushing.work_off()


def said(message: Message) -> list[tuple[str, str]]:
    """What was heard of a message, the oldest first."""
    rows = MessageDelivery.objects.filter(message=message).order_by("occurred_at", "created_at", "id")
    return [(row.state, row.words) for row in rows]


def only() -> Conversation:
    return Conversation.objects.get()


def today() -> str:
    return timezone.now().astimezone(UTC).strftime("%d %b %Y %H:%M:%S +0000")
