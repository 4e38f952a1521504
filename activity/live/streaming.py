"""What one browser is sent, from where it left off until its time is over."""

import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from accounts.actors import Actor
from activity import log
from activity.live.hub import Hub, hub
from activity.live.listeners import Listener
from activity.live.notices import Notice, frame, notices, readable
from activity.log import Position
from activity.models import Event
from activity.restoring import here

# Of what was missed, more is not told one by one.
MOST_MISSED = 500
PING_SECONDS = 15
RESET = '{"type":"reset"}'


@dataclass(frozen=True)
class Missed:
    """notices: what happened since, oldest first; None where it is too much to tell. until: how far this reaches."""

    notices: list[Notice] | None
    until: Position


def missed(actor: Actor, after: Position | None) -> Missed:
    """What this actor may see and has not seen. Gives the thread's database connection back, as the stream that
    follows needs none."""
    try:
        now = log.now()
        if after is None:
            return Missed([], now)
        events = log.after(here(after), Event.objects.visible_to(actor))
        found = notices(readable(events)[: MOST_MISSED + 1])
        if len(found) > MOST_MISSED:
            return Missed(None, now)
        return Missed(found, max([now, *(notice.position for notice in found if notice.position)]))
    finally:
        if not connection.in_atomic_block:
            connection.close()


async def stream(actor: Actor, after: Position | None) -> AsyncIterator[str]:
    """A text/event-stream. It ends by itself after `LIVE_SECONDS`, more or less, so that who signed out or may see less
    now is asked at the door again."""
    until = time.monotonic() + settings.LIVE_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311  (spreads the returns)
    try:
        async with hub().listening(actor) as listener:
            # Listening already: what happens from here on is both found and heard, and told once.
            found = await sync_to_async(missed)(actor, after)
            for part in _caught_up(found):
                yield part
            async for part in _live(hub(), listener, found.until, until):
                yield part
    except TimeoutError:
        return


def _caught_up(found: Missed) -> list[str]:
    told = [frame(RESET, id=found.until)] if found.notices is None else [notice.frame for notice in found.notices]
    return [*told, frame(event="ready", id=found.until)]


async def _live(hub: Hub, listener: Listener, told: Position, until: float) -> AsyncIterator[str]:
    while (left := until - time.monotonic()) > 0:
        try:
            notice = await listener.next(min(left, PING_SECONDS))
        except TimeoutError:
            if left > PING_SECONDS:
                # Behind it nothing of interest was left out, so the browser need not ask about it again.
                told = max(told, hub.position) if listener.has_heard_all else told
                yield frame(event="ping", id=told)
            continue
        if notice is None:
            return
        if notice.position is None or notice.position > told:
            told = notice.position or told
            yield notice.frame
