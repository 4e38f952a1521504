"""Primary keys: UUIDv7 (RFC 9562), made here so that a row's id is known before it is written and ids sort by age."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last_tick = 0


def uuid7() -> uuid.UUID:
    """A new id. Within one process ids strictly increase: 48 bits of milliseconds, 12 of a finer tick, 62 random."""
    global _last_tick  # noqa: PLW0603  (the lock beside it keeps it)
    with _lock:
        tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
        _last_tick = tick
    milliseconds, fraction = divmod(tick, 4096)
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)
