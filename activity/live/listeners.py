"""One open stream's ear: what waits to be sent to it."""

import asyncio

from accounts.actors import Actor
from activity.live.notices import Notice

# Notices that wait for a slow reader. Who falls further behind is cut, and catches up from where it came to.
WAITING = 1000


class Listener:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.waiting: asyncio.Queue[Notice | None] = asyncio.Queue()

    @property
    def has_heard_all(self) -> bool:
        return self.waiting.empty()

    def tell(self, notice: Notice) -> bool:
        """False where too much waits already."""
        if not notice.is_for(self.actor):
            return True
        if self.waiting.qsize() >= WAITING:
            return False
        self.waiting.put_nowait(notice)
        return True

    def cut(self) -> None:
        """After what waits now, it ends."""
        self.waiting.put_nowait(None)

    async def next(self, seconds: float) -> Notice | None:
        """The next notice, or None at the end. Raises TimeoutError where nothing happens for so long."""
        async with asyncio.timeout(seconds):
            return await self.waiting.get()
