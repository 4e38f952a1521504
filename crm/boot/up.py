"""`manage.py up`: the whole of Parley on this machine, in this terminal, until it is told to stop."""

import argparse
import os
import signal
from contextlib import suppress
from pathlib import Path

from crm import env
from crm.boot import PROJECT, StartError, postgres
from crm.boot.listening import address_of, listen
from crm.boot.locks import Lock, try_lock
from crm.boot.ready import announce, forget, wait_until_served
from crm.boot.supervisor import Supervisor

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(words: list[str]) -> int:
    """0 when told to stop; raises `StartError` when it cannot start."""
    chosen = read(words)
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            run(chosen)
    finally:
        forget(chosen.ready_file)
    return 0


def read(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run everything on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (this machine alone by default)")
    parser.add_argument("--port", type=int, default=8000)
    # Taken off the line before: see crm.boot.entry.
    parser.add_argument("--data", metavar="DIR", help="where everything is kept (default: PARLEY_DATA, or var/)")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="leave out the demo workspace")
    parser.add_argument("--ready-file", type=Path, metavar="PATH", help="write address and sign-in here once served")
    return parser.parse_args(words)


def run(chosen: argparse.Namespace) -> None:
    """Everything is given back in reverse order, whatever ends it."""
    data = env.data_dir(PROJECT)
    forget(chosen.ready_file)
    postgres.make_folder(data)
    claim = claim_folder(data)
    socket = listen(chosen.host, chosen.port)
    address = address_of(socket)
    claim.write(address)
    os.environ.setdefault("PARLEY_PUBLIC_URL", address)
    os.environ.setdefault("PARLEY_LOG_STYLE", "console")
    children = Supervisor(data / "logs")
    try:
        from crm.boot.prepare import prepare

        prepare(demo=chosen.demo)
        children.start("web", "--fd", str(socket.fileno()), keep=socket.fileno())
        children.start("worker")
        children.start("beat")
        wait_until_served(address, children)
        announce(os.environ["PARLEY_PUBLIC_URL"], data, chosen.ready_file)
        children.watch(lambda: keep_database(data))
    finally:
        # From here on a second Ctrl-C means: at once.
        for number in STOPPING:
            signal.signal(number, lambda *_: children.kill())
        children.stop()
        socket.close()
        postgres.leave(data)


def keep_database(data: Path) -> None:
    """Found missing by a request, it would be started as well, but that request would fail."""
    if not os.environ.get("DATABASE_URL"):
        postgres.use(data)


def claim_folder(data: Path) -> Lock:
    claim = try_lock(data / "up.lock")
    if claim is None:
        where = (data / "up.lock").read_text().strip()
        raise StartError(
            f"Parley is already running on {data}, at {where}: stop it first, or choose another folder with --data."
        )
    return claim
