"""Primary keys: UUIDv7 (RFC 9562), made here so that a row's id is known before it is written and ids sort by age."""

import os
import threading
import time
import uuid

_TICKS = 4096  # in a millisecond
# A clock that is set back by less is smoothed over; by more, it was wrong before, and ids go by what it says now.
_SMOOTHED = 1000 * _TICKS

_lock = threading.Lock()
_last_tick = 0


def uuid7() -> uuid.UUID:
    """A new id: 48 bits of milliseconds, 12 of a finer tick, 62 random. Within one process ids strictly increase,
    unless the clock is set back by more than a second."""
    global _last_tick  # noqa: PLW0603  (the lock beside it keeps it)
    with _lock:
        now = time.time_ns() * _TICKS // 1_000_000
        tick = now if _last_tick - now > _SMOOTHED else max(now, _last_tick + 1)
        _last_tick = tick
    milliseconds, fraction = divmod(tick, _TICKS)
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)
