"""File locks of the kernel: released the moment their holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """A lock that is held. It has no finaliser: who forgets it holds it until the process ends."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def write(self, text: str) -> None:
        """What whoever finds the lock taken may read in its file."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def release(self) -> None:
        os.close(self.descriptor)


def lock(path: Path, *, shared: bool = False) -> Lock:
    """Wait for the lock on `path`."""
    return _lock(path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)


def try_lock(path: Path, *, shared: bool = False) -> Lock | None:
    """The lock on `path`, or None while someone else holds it."""
    try:
        return _lock(path, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    held = lock(path)
    try:
        yield
    finally:
        held.release()


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Like `locked`, on a file that exists and may be read-only."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_locked(path: Path, *, shared: bool = False) -> bool:
    """Whether the lock could not be had right now."""
    held = try_lock(path, shared=shared)
    if held:
        held.release()
    return held is None


def _lock(path: Path, operation: int) -> Lock:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, operation)
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(descriptor)
