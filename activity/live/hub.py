"""One reader of the log for all live streams of a web process: one database connection, however many browsers.

It reads in the log's own order and only what nothing can come before any more (`activity.log`), so a stream that has
told 42 never tells a 41 later. A notification only says when to look.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
import structlog

from accounts.actors import Actor
from activity import log
from activity.live import reading
from activity.live.listeners import Listener
from activity.live.notices import Notice, announcement
from activity.log import Position
from activity.models import Event

logger = structlog.get_logger(__name__)

# Events of one look, and open streams of one person: of more, the oldest is cut.
MOST, MOST_STREAMS = 500, 50
# Seconds between two looks: while an older transaction holds back what was notified, and while nothing is heard.
SOON, LATER, IDLE = 0.05, 1.0, 15.0
# Seconds between two tries to reach a database that is away, at most.
AWAY = 5.0


class Hub:
    """Of one event loop. Follows the log while somebody listens, and some seconds longer."""

    def __init__(self) -> None:
        self.listeners: dict[UUID, list[Listener]] = {}  # by workspace, the oldest first
        self.position = log.START
        self.newest = 0  # the highest transaction that was notified
        self.ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self, actor: Actor) -> AsyncIterator[Listener]:
        """Everything behind the hub's position that this actor may see reaches the listener from now on. Raises
        TimeoutError where the database cannot be reached."""
        listener = Listener(actor)
        self._admit(listener)
        try:
            self._start()
            async with asyncio.timeout(reading.CONNECT_SECONDS):
                await self.ready.wait()
            yield listener
        finally:
            self._forget(listener)

    def _admit(self, listener: Listener) -> None:
        there = self.listeners.setdefault(listener.actor.workspace.pk, [])
        own = [other for other in there if other.actor.id == listener.actor.id]
        there.append(listener)
        if len(own) >= MOST_STREAMS:
            self._cut(own[0])

    def _start(self) -> None:
        if self.task is None or self.task.done():
            self.ready.clear()
            self.task = asyncio.create_task(self._follow(), name=reading.NAME)

    async def _follow(self) -> None:
        """A lost connection is made again, and the reading goes on from where it was."""
        pause = SOON
        try:
            while self.listeners:
                try:
                    async with await reading.connect() as connection:
                        pause = SOON
                        await self._read_along(connection)
                except psycopg.Error as error:
                    logger.warning("live_interrupted", reason=str(error))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, AWAY)
        finally:
            self._cut_all()  # whatever ended this: they come again, and begin anew

    async def _read_along(self, connection: reading.Connection) -> None:
        self._take_place(await reading.now(connection))
        await self._look(connection)
        pause = SOON
        while self.listeners:
            heard = False
            async for notify in connection.notifies(timeout=pause if self._is_held else IDLE, stop_after=1):
                heard = True
                self._hear(notify.channel, notify.payload)
            pause = SOON if heard else min(pause * 2, LATER)
            await self._look(connection)

    def _take_place(self, now: Position) -> None:
        """At the log's end, where this begins. Positions ahead of now are of another cluster that was dumped: who
        listens asks anew from where they were."""
        if self.ready.is_set() and self.position > now:
            self._cut_all()
        if not self.ready.is_set() or self.position > now:
            self.position, self.newest = now, 0
        self.ready.set()

    @property
    def _is_held(self) -> bool:
        """Something was notified that cannot be read yet, since an older transaction is still open."""
        return self.newest >= self.position.transaction

    def _hear(self, channel: str, payload: str) -> None:
        if channel == reading.EVENTS:
            self.newest = max(self.newest, int(payload))
        else:
            self._tell(announcement(payload))

    async def _look(self, connection: reading.Connection) -> None:
        """Tell what can be read by now."""
        found: list[Notice] | None = None
        while found is None or len(found) == MOST:
            # Taken before it is known who listens: who joins later catches up to behind it by themselves.
            now = await reading.now(connection)
            events = Event.objects.filter(workspace__in=list(self.listeners), transaction__lt=now.transaction)
            found = await reading.after(connection, self.position, events, MOST)
            for notice in found:
                self._tell(notice)
            self.position = (found[-1].position if len(found) == MOST else None) or now
        for channel, payload in reading.came_along(connection):
            self._hear(channel, payload)

    def _tell(self, notice: Notice) -> None:
        for listener in [*self.listeners.get(notice.workspace, ())]:
            if notice.ends(listener.actor) or not listener.tell(notice):
                self._cut(listener)

    def _forget(self, listener: Listener) -> None:
        workspace = listener.actor.workspace.pk
        remaining = [other for other in self.listeners.get(workspace, ()) if other is not listener]
        if remaining:
            self.listeners[workspace] = remaining
        else:
            self.listeners.pop(workspace, None)

    def _cut(self, listener: Listener) -> None:
        self._forget(listener)
        listener.cut()

    def _cut_all(self) -> None:
        for listener in [listener for there in self.listeners.values() for listener in there]:
            self._cut(listener)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """That of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
