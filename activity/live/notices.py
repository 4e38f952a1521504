"""What a live stream carries: ids and types. No words, no names, no values: the page asks for what it may see."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from activity.log import Position
from activity.models import EventQuerySet, hidden_from
from activity.types import CHANGES_RIGHTS

# What is read of an event, by the hub on its own connection and by whoever catches up.
READ = ("transaction", "sequence", "workspace", "client", "type", "subject_type", "subject_id", "actor_id", "payload")
# Where a payload names one of these rows, its id goes along, so that a page need not ask what is about what it shows.
NAMED = {"conversation": "conversation_id", "contact": "contact_id"}
ITSELF = ("conversation", "contact", "deal")


@dataclass(frozen=True)
class Notice:
    """position: its place in the log; an announcement has none. member: who may see other things from here on."""

    workspace: UUID
    client: UUID | None
    type: str
    data: str
    position: Position | None = None
    member: UUID | None = None

    def ends(self, actor: Actor) -> bool:
        """Whether a stream that was opened with these rights is to be asked at the door again."""
        return self.member is not None and self.member == actor.id

    def is_for(self, actor: Actor) -> bool:
        """As `EventQuerySet.visible_to` would say."""
        mine = self.workspace == actor.workspace.pk and actor.sees(self.client)
        return mine and self.type not in hidden_from(actor)

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
    return Notice(UUID(sent["workspace"]), UUID(client) if client else None, told["type"], _compact(told))


def _notice(*, workspace: UUID, client: UUID | None, type: str, payload: dict[str, Any], **row: Any) -> Notice:
    told = {"type": type, "subject": row["subject_type"], "id": str(row["subject_id"]), "by": _text(row["actor_id"])}
    told |= {noun: payload.get(key) for noun, key in NAMED.items()}
    if told["subject"] in ITSELF:
        told[told["subject"]] = told["id"]
    place = Position(int(str(row["transaction"])), row["sequence"])
    member = row["subject_id"] if type in CHANGES_RIGHTS else None
    return Notice(workspace, client, type, _compact(told), place, member)


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


def _compact(told: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in told.items() if value is not None}, separators=(",", ":"))
