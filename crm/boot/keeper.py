"""Runs the embedded PostgreSQL for as long as anyone uses it. Started by `crm.boot.postgres`, once per data folder.

Says one line on its standard output: "ready", or the sentence that tells why not.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from crm.boot import StartError
from crm.boot.children import end_with_parent
from crm.boot.locks import lock, try_lock
from crm.boot.postgres import (
    ANOTHER,
    READY,
    SOCKET_NAME,
    START_SECONDS,
    binaries,
    cluster,
    is_ready,
    keeper_lock,
    socket_folder,
    users_lock,
)

# PostgreSQL refuses to run as root, so root runs it as this user.
SYSTEM_USER = "pgserver"
MAX_CONNECTIONS = 200
LOG_BYTES = 10_000_000


def main(data: Path, *, durable: bool) -> None:
    """Holds the keeper's lock until this process ends."""
    if try_lock(keeper_lock(data)) is None:
        _say(ANOTHER)
        return
    owner = _owner(data)
    _stop_orphan(data)
    if not (cluster(data) / "PG_VERSION").exists():
        _create(data, owner, durable=durable)
    server = _start(data, owner, durable=durable)
    _say(READY)
    _await_last_user(data, server)


def _say(line: str) -> None:
    """To whoever started this, if it is still there."""
    with suppress(BrokenPipeError):
        os.write(1, f"{line}\n".encode())
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _owner(data: Path) -> str | None:
    """The system user to run as, or None for our own; as root, one is made and given the way to data and programs."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
    _open_the_way(data)
    _open_the_way(binaries())
    return SYSTEM_USER


def _add_system_user() -> None:
    try:
        subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise StartError(
            "PostgreSQL does not run as root and no user for it could be made: "
            "start Parley as an ordinary user, or name a server in DATABASE_URL."
        ) from None


def _open_the_way(folder: Path) -> None:
    """Let other users pass through (not list) the folders above and including `folder`."""
    for step in [folder, *folder.parents]:
        mode = step.stat().st_mode
        if not mode & 0o001:
            step.chmod(mode | 0o011)


def _stop_orphan(data: Path) -> None:
    """End a server whose keeper was killed. We hold the keeper's lock: whatever the pid file names is nobody's."""
    pid_file = cluster(data) / "postmaster.pid"
    try:
        orphan = psutil.Process(int(pid_file.read_text().split()[0]))
        if orphan.name() == "postgres" and str(cluster(data)) in orphan.cmdline():
            orphan.send_signal(signal.SIGINT)
            orphan.wait(timeout=START_SECONDS)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        pass
    # A pid that has gone round and is something else now, or a zombie, would make the server believe that it runs.
    pid_file.unlink(missing_ok=True)
    (socket_folder(data) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _create(data: Path, owner: str | None, *, durable: bool) -> None:
    """Initialise the cluster in a folder beside, then move it into place: a kill in the midst leaves no half."""
    made = data / "postgres.new"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    if owner:
        shutil.chown(made, owner)
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    command = [str(binaries() / "initdb"), "--auth=trust", "--username=postgres", *locale, f"--pgdata={made}"]
    if not durable:
        command.append("--no-sync")
    done = subprocess.run(command, user=owner, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"The database could not be created: {' '.join(done.stderr.split())}")
    if cluster(data).exists():
        shutil.rmtree(cluster(data))
    made.rename(cluster(data))


def _start(data: Path, owner: str | None, *, durable: bool) -> subprocess.Popen[bytes]:
    _make_socket_folder(data, owner)
    with _log(data) as log:
        server = subprocess.Popen(
            [binaries() / "postgres", "-D", cluster(data), *_options(data, durable=durable)],
            user=owner,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # SIGINT is PostgreSQL's fast shutdown: killing the keeper stops the server cleanly.
            preexec_fn=end_with_parent(signal.SIGINT),
        )
    until = time.monotonic() + START_SECONDS
    while not is_ready(data):
        if server.poll() is not None or time.monotonic() > until:
            raise StartError(f"The embedded PostgreSQL did not start: see the end of {data / 'postgres.log'}.")
        time.sleep(0.02)
    return server


def _options(data: Path, *, durable: bool) -> list[str]:
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder(data)),
        "unix_socket_permissions": "0700",
        "max_connections": str(MAX_CONNECTIONS),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def _make_socket_folder(data: Path, owner: str | None) -> None:
    folder = socket_folder(data)
    if folder == cluster(data):
        return
    uid = pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, -1)
    # Its name can be guessed, so one that someone else has put there is not used.
    if folder.is_symlink() or folder.stat().st_uid != uid:
        raise StartError(f"{folder} belongs to someone else: remove it, or choose a shorter path for the data folder.")


def _log(data: Path) -> IO[bytes]:
    path = data / "postgres.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _await_last_user(data: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the last user has gone, then stop the server. A new user waits at the lock until this process ends."""
    signal.signal(signal.SIGCHLD, lambda *_: sys.exit())
    if server.poll() is not None:
        sys.exit()
    lock(users_lock(data))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server.send_signal(signal.SIGINT)
    server.wait()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
    except StartError as error:
        _say(str(error))
        sys.exit(1)
