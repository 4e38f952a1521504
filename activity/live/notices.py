"""What a live stream carries: ids and types. No words, no names, no values: the page asks for what it may see."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from activity.log import Position
from activity.models import EventQuerySet, hidden_from
from activity.types import CHANGES_RIGHTS, EventType

# What is read of an event, by the hub on its own connection and by whoever catches up.
READ = ("transaction", "sequence", "workspace", "client", "type", "subject_type", "subject_id", "actor_id", "payload")
# Where a payload names one of these rows, its id goes along, so that a page need not ask what is about what it shows.
NAMED = {"conversation": "conversation_id", "contact": "contact_id"}
ITSELF = ("conversation", "contact", "deal")
# Announced, since they are no events: somebody left by the door; the workspace is no more, its log with it.
SIGNED_OUT, WORKSPACE_GONE = "member.signed_out", "workspace.gone"


class Whose(Enum):
    """Whose streams an event ends."""

    NOBODYS = "nobody's"
    MEMBERS = "those of the member it is about"
    CLIENTS = "of whoever sees its client by name"
    EVERYBODYS = "of the whole workspace"


ANNOUNCED = {SIGNED_OUT: Whose.MEMBERS, WORKSPACE_GONE: Whose.EVERYBODYS}


@dataclass(frozen=True)
class Notice:
    """position: its place in the log; an announcement has none. whose: who may see other things from here on."""

    workspace: UUID
    client: UUID | None
    type: str
    data: str
    position: Position | None = None
    whose: Whose = Whose.NOBODYS
    subject: UUID | None = None

    def ends(self, actor: Actor) -> bool:
        """Whether a stream that was opened with these rights is to be asked at the door again."""
        if self.whose is Whose.MEMBERS:
            return self.subject == actor.id
        if self.whose is Whose.CLIENTS:
            return actor.clients is not None and self.client in actor.clients
        return self.whose is Whose.EVERYBODYS

    def is_for(self, actor: Actor) -> bool:
        """As `EventQuerySet.visible_to` would say."""
        mine = self.workspace == actor.workspace.pk and actor.sees(self.client)
        return mine and self.type not in hidden_from(actor) and self.type not in ANNOUNCED

    @property
    def frame(self) -> str:
        if self.position is None:
            return frame(self.data, event="announced")
        return frame(self.data, id=self.position)


def frame(data: str = "", *, event: str | None = None, id: Position | None = None) -> str:
    """One event of a text/event-stream."""
    head = [f"event: {event}"] if event else []
    if id is not None:
        head.append(f"id: {id}")
    return "\n".join([*head, f"data: {data}", "", ""])


def readable(events: EventQuerySet) -> Any:
    return events.values_list(*READ)


def notices(rows: Iterable[tuple[Any, ...]]) -> list[Notice]:
    """Of rows of `readable`, whichever connection read them."""
    return [_notice(**dict(zip(READ, row, strict=True))) for row in rows]


def announcement(text: str) -> Notice:
    """Of what `announce` sent."""
    sent = json.loads(text)
    client = sent["client"]
    told = sent["told"]
    whose = ANNOUNCED.get(told["type"], Whose.NOBODYS)
    return Notice(
        UUID(sent["workspace"]), UUID(client) if client else None, told["type"], _compact(told), whose=whose,
        subject=UUID(told["id"]),
    )  # fmt: skip


def _notice(*, workspace: UUID, client: UUID | None, type: str, payload: dict[str, Any], **row: Any) -> Notice:
    told = {"type": type, "subject": row["subject_type"], "id": str(row["subject_id"]), "by": _text(row["actor_id"])}
    told |= {noun: payload.get(key) for noun, key in NAMED.items()}
    if told["subject"] in ITSELF:
        told[told["subject"]] = told["id"]
    place = Position(int(str(row["transaction"])), row["sequence"])
    return Notice(workspace, client, type, _compact(told), place, _whose(type, payload), row["subject_id"])


def _whose(type: str, payload: dict[str, Any]) -> Whose:
    if type in CHANGES_RIGHTS:
        return Whose.MEMBERS
    if type == EventType.CLIENT_DELETED:
        return Whose.CLIENTS
    # Who has a second step is let in again at once: the hub does not know who has one.
    asked_of_all = type == EventType.TWO_FACTOR_REQUIRED and payload["required"]
    return Whose.EVERYBODYS if asked_of_all else Whose.NOBODYS


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


def _compact(told: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in told.items() if value is not None}, separators=(",", ":"))
