"""The contract between Parley and an outside system. Each folder beside this file keeps it for one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actors import Actor, connected
from accounts.models import Workspace
from activity.models import Event
from activity.work import Failed, Later
from integrations.models import Connection, InboundEvent, Push, SyncRun

__all__ = [
    "Connected", "Failed", "Field", "Forged", "Hook", "Item", "Later", "Page", "System", "Tally", "Unreadable", "Wanted"
]  # fmt: skip


class Forged(Exception):
    """Not signed by whom it says, or too long ago. Its words are for the log alone."""


class Unreadable(Exception):
    """Signed, but no event. Its text is a sentence for whoever sent it."""


@dataclass(frozen=True)
class Field:
    """One setting of a connection. The form, the command and the check draw on it.

    kind: text, block (of several lines), url, host (a server's name), number, flag, choice, lines (a list of
    texts) or map ({name: value}).
    generated: makes the value where none is given; it is shown once.
    """

    name: str
    label: str
    help: str = ""
    kind: str = "text"
    secret: bool = False
    required: bool = False
    default: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    generated: Callable[[], str] | None = None


@dataclass(frozen=True)
class Hook:
    """A request to a connection's address. Header names are in lower case; `now` is when it arrived (UTC)."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    now: datetime


@dataclass(frozen=True)
class Item:
    """One event of a hook, or one thing that a batch found missing. `key` is the same when it comes again."""

    key: str
    type: str
    payload: dict[str, Any]
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A page of a batch. `cursor` leads to the next one, None ends the walk; `total`, where the system tells it, is of
    the whole stream. `watermark` is kept for the stream once the whole run is over."""

    stream: str
    items: Sequence[Any]
    cursor: dict[str, Any] | None
    total: int | None = None
    watermark: dict[str, Any] | None = None


@dataclass
class Tally:
    """What became of a page. `missing`: what webhooks should have brought and did not."""

    new: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Wanted:
    """Something to be told to the system. `after`: seconds of quiet before it is sent, so that ten edits are one
    call."""

    kind: str
    subject_id: UUID
    params: Mapping[str, Any] = field(default_factory=dict)
    after: float = 0.0


@dataclass(frozen=True)
class Connected:
    """A connection at work: whose it is, as whom it acts, and what it needs to call the other side."""

    connection: Connection

    @property
    def actor(self) -> Actor:
        one = self.connection
        return connected(one.workspace, one.name, one.pk, one.client_id)

    @property
    def workspace(self) -> Workspace:
        return self.connection.workspace

    @property
    def client_id(self) -> UUID | None:
        return self.connection.client_id

    @property
    def wall(self) -> UUID:
        return self.connection.client_id or self.connection.workspace_id

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = self.connection.settings
        return found

    @property
    def secrets(self) -> Mapping[str, Any]:
        return self.connection.secrets


class System:
    """One outside system. What a system has no use for stays as it is here."""

    key: str
    title: str
    summary: str
    icon = "arrows-right-left"
    fields: Sequence[Field] = ()
    steps: Sequence[str] = ()
    """What to do in the system's own settings, one sentence each; `{hook_url}` stands for the connection's address."""
    has_hook = False
    has_batch = False
    spans_clients = False
    """A connection of the workspace keeps rows of its clients too, and hears of what happens to them."""
    polls_every = 0
    """Seconds between regular looks; 0: only the nightly batch and those by hand."""
    pushes: frozenset[str] = frozenset()
    """The types of events that `wants` is asked about."""
    key_field = ""
    """The secret that finds the connection, where the system calls one address for all."""

    def check(self, connected: Connected) -> str:
        """Try the connection, and say in a sentence that it works. Raises Failed, Later or Unreachable in words."""
        return "There is nothing to try: it is they who call us."

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        """Verify and take apart. Neither reads the database nor calls anybody. Raises Forged, Unreadable."""
        raise Unreadable(f"{self.title} sends nothing to this address.")

    def answer(self, connected: Connected, hook: Hook, items: Sequence[Item]) -> dict[str, Any]:
        """What the request is answered with, after its events are stored."""
        return {"received": True}

    def prepare(self, connected: Connected, event: InboundEvent) -> Any:
        """Ask the other side for what the event leaves out. No transaction is open."""
        return None

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        """Do what the event asks for, in the transaction that marks it as done; what became of it, in words."""
        raise Failed(f"{self.title} sends no events.")

    def fetch(self, connected: Connected, run: SyncRun, cursor: dict[str, Any]) -> Page:
        """The page of a batch that `cursor` leads to; an empty cursor begins. No transaction is open."""
        raise Failed(f"{self.title} has no batch.")

    def take(self, connected: Connected, run: SyncRun, page: Page) -> Tally:
        """Take a page in, in the transaction that moves the cursor."""
        raise Failed(f"{self.title} has no batch.")

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        """What the system is to be told about `event`. What it told us itself is not asked about."""
        return ()

    def send(self, connected: Connected, push: Push) -> Callable[[], str]:
        """Tell it, with no transaction open. What is returned runs in the transaction that marks the push as done, and
        says in words what was told."""
        raise Failed(f"{self.title} takes nothing.")

    def gave_up(self, connected: Connected, push: Push) -> None:
        """The push is dead (its words are in `push.last_error`): tell whoever waits for it. One transaction."""
