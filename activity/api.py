"""`/events`: what happened, in order, for programs that follow along."""

import time
from dataclasses import dataclass

from django.db import connection
from rest_framework.response import Response

from activity import log
from activity.log import Position
from activity.models import Event
from activity.serializers import EventShown
from activity.types import EventType
from crm.api.params import unknown
from crm.api.requests import ApiRequest
from crm.api.views import ApiView
from crm.errors import Invalid

MOST = 500
LONGEST_WAIT = 25
# Seconds between two looks while nothing happens.
PAUSE = 0.25
END = ("end", "latest")


@dataclass(frozen=True)
class Found:
    """next: where to go on from, whether or not anything was found."""

    events: list[Event]
    next: Position
    more: bool


class Events(ApiView):
    """What happened, oldest first, each event once and in its final order.

    Without a cursor from the very start; with the cursor `end`, from now on. Then go on with `next_cursor`, which
    stands in every answer. With `wait`, an answer with nothing in it comes only after that many seconds.
    """

    noun, nouns = "event", "events"
    shows = EventShown
    parameters = {
        "cursor": {"type": "string", "pattern": r"^([0-9]{1,19}-[0-9]{1,18}|end|latest|)$"},
        "types": {"type": "string", "description": "Types, separated by commas: deal.won,deal.lost."},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100},
        "wait": {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0, "description": "Seconds."},
    }
    answers = {
        "GET": {"events": [EventShown], "next_cursor": {"type": "string"}, "has_more": {"type": "boolean"}}
    }  # fmt: skip

    def get(self, request: ApiRequest) -> Response:
        start, types, limit, wait = self.asked()
        until = time.monotonic() + wait
        found = self.look(start, types, limit)
        while not found.events and time.monotonic() < until:
            _rest(until)
            found = self.look(found.next, types, limit)
        shown = EventShown(found.events, many=True).data
        return Response(
            {"success": True, "events": shown, "next_cursor": str(found.next), "has_more": found.more}
        )  # fmt: skip

    def asked(self) -> tuple[Position, list[str], int, int]:
        """Raises Invalid with all that is wrong."""
        query = self.request.query_params
        wrong: dict[str, list[str]] = {}
        start = _position(query.get("cursor", ""), wrong)
        types = _types(query.get("types", ""), wrong)
        limit = _whole(query.get("limit"), "limit", 100, (1, MOST), wrong)
        wait = _whole(query.get("wait"), "wait", 0, (0, LONGEST_WAIT), wrong)
        if wrong:
            raise Invalid(fields=wrong)
        return start, types, limit, wait

    def look(self, start: Position, types: list[str], limit: int) -> Found:
        # Taken before the search: what the search does not find up to here will never be there.
        end = log.end()
        rows = Event.objects.visible_to(self.actor)
        events = list(log.after(start, rows.filter(type__in=types) if types else rows)[: limit + 1])
        if len(events) > limit:
            return Found(events[:limit], log.position_of(events[limit - 1]), more=True)
        last = log.position_of(events[-1]) if events else start
        return Found(events, max(last, end, start), more=False)


def _rest(until: float) -> None:
    """Wait without keeping anybody from the database."""
    if not connection.in_atomic_block:
        connection.close()
    time.sleep(max(0, min(PAUSE, until - time.monotonic())))


def _position(text: str, wrong: dict[str, list[str]]) -> Position:
    if text in END:
        return log.end()
    try:
        return Position.parse(text) if text else log.START
    except ValueError:
        wrong["cursor"] = ["This is not a cursor of this feed: send next_cursor as you got it, or “end”."]
        return log.START


def _types(text: str, wrong: dict[str, list[str]]) -> list[str]:
    types = [name.strip() for name in text.split(",") if name.strip()]
    strangers = [name for name in types if name not in EventType.values]
    if strangers:
        wrong["types"] = [unknown(name, EventType.values) for name in strangers[:10]]
    return types


def _whole(text: str | None, name: str, default: int, ends: tuple[int, int], wrong: dict[str, list[str]]) -> int:
    least, most = ends
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most):
        wrong[name] = [f"Send a whole number from {least} to {most}."]
        return default
    return int(text)
