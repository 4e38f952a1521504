"""The audit trail as a file: CSV for people, JSON Lines for programs. Row by row, in constant memory."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from rest_framework.utils.encoders import JSONEncoder

from accounts.actors import Actor
from activity.models import Event
from activity.sentences import sentence
from activity.serializers import EventShown
from activity.trail import Narrowing, stretch
from clients.models import Client
from contacts.exporting import MARK, written
from desk.audit.lines import who

AT_A_TIME = 500
COLUMNS = (
    "Number", "Time", "Who", "Kind", "Who's id", "What", "Type", "Client", "About", "About id", "Details",
)  # fmt: skip


def csv(actor: Actor, asked: Narrowing, last: int, zone: tzinfo) -> Iterator[str]:
    """zone: in which times are written, with their offset. last: the sequence that the file ends at."""
    clients = dict(Client.objects.filter(workspace=actor.workspace).values_list("pk", "name"))

    def row(event: Event) -> list[str]:
        return [
            str(event.sequence), event.occurred_at.astimezone(zone).isoformat(), who(event), event.actor_kind,
            str(event.actor_id or ""), sentence(event), event.type,
            clients.get(event.client_id, "") if event.client_id else "", event.subject_type, str(event.subject_id),
            json.dumps(event.payload, ensure_ascii=False, sort_keys=True),
        ]  # fmt: skip

    yield MARK + written([COLUMNS])
    yield from _pieces(actor, asked, last, lambda events: written([row(event) for event in events]))


def json_lines(actor: Actor, asked: Narrowing, last: int) -> Iterator[str]:
    """Each event as the feed has it, with its sentence."""

    shown = EventShown()

    def line(event: Event) -> str:
        told: dict[str, Any] = shown.to_representation(event) | {"sentence": sentence(event)}
        return json.dumps(told, cls=JSONEncoder, ensure_ascii=False) + "\n"

    def piece(events: Sequence[Event]) -> str:
        return "".join(line(event) for event in events)

    yield from _pieces(actor, asked, last, piece)


def _pieces(actor: Actor, asked: Narrowing, last: int, piece: Callable[[Sequence[Event]], str]) -> Iterator[str]:
    mark, is_first = "", True
    while mark or is_first:
        events, mark = stretch(actor, asked, mark=mark, length=AT_A_TIME)
        is_first = False
        if kept := [event for event in events if event.sequence <= last]:
            yield piece(kept)
