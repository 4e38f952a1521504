"""What one browser is sent, from where it left off until its time is over."""

import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from accounts import sessions
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
# Before anything is told, and with each ping, it is asked whether this person is still signed in: this often at most.
ASK_SECONDS = 5
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


class Asking:
    """Whether the session that the stream was opened with is still one, asked no more often than `ASK_SECONDS`."""

    def __init__(self, session_key: str | None) -> None:
        self.session_key = session_key
        self.again = time.monotonic() + ASK_SECONDS

    async def still_in(self) -> bool:
        if time.monotonic() < self.again:
            return True
        self.again = time.monotonic() + ASK_SECONDS
        return await sync_to_async(_is_open)(self.session_key)


def _is_open(session_key: str | None) -> bool:
    """Gives the thread's database connection back."""
    try:
        return sessions.is_open(session_key)
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _still_lets_in(actor: Actor, session_key: str | None) -> bool:
    """As `_is_open`, of the rights too."""
    try:
        return sessions.still_lets_in(actor, session_key)
    finally:
        if not connection.in_atomic_block:
            connection.close()


async def stream(actor: Actor, after: Position | None, session_key: str | None) -> AsyncIterator[str]:
    """A text/event-stream. It ends when what this person may see changes (`Notice.ends`), soon after its session does,
    and by itself after `LIVE_SECONDS`, more or less."""
    asking = Asking(session_key)
    until = time.monotonic() + settings.LIVE_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311  (spreads the returns)
    try:
        async with hub().listening(actor) as listener:
            # Listening already: what happens from here on is both found and heard, and told once; and what took rights
            # away between the door and here is seen by asking once more.
            if not await sync_to_async(_still_lets_in)(actor, session_key):
                return
            found = await sync_to_async(missed)(actor, after)
            for part in _caught_up(found):
                yield part
            async for part in _live(hub(), listener, found.until, until, asking):
                yield part
    except TimeoutError:
        return


def _caught_up(found: Missed) -> list[str]:
    told = [frame(RESET, id=found.until)] if found.notices is None else [notice.frame for notice in found.notices]
    return [*told, frame(event="ready", id=found.until)]


async def _live(
    hub: Hub, listener: Listener, told: Position, until: float, asking: Asking
) -> AsyncIterator[str]:  # fmt: skip
    while (left := until - time.monotonic()) > 0:
        try:
            notice = await listener.next(min(left, PING_SECONDS))
        except TimeoutError:
            if not await asking.still_in():
                return
            if left > PING_SECONDS:
                # Behind it nothing of interest was left out, so the browser need not ask about it again.
                told = max(told, hub.position) if listener.has_heard_all else told
                yield frame(event="ping", id=told)
            continue
        if notice is None or not await asking.still_in():
            return
        if notice.position is None or notice.position > told:
            told = notice.position or told
            yield notice.frame
