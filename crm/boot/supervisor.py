"""The processes of one `up`: started, watched, started again when they end, and stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from crm.boot import PROJECT, StartError
from crm.boot.children import end_with_parent

LONGEST_PAUSE = 30
# A process that lived this long did start: its next end is a new story.
HEALTHY_SECONDS = 60
STOP_SECONDS = 10
LOOK_EVERY = 0.2
LOG_BYTES = 10_000_000


@dataclass
class Child:
    command: list[str]
    keep: tuple[int, ...]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(init=False)
    pause: float = 1
    due: float | None = None

    def start(self) -> None:
        """In a session of its own: a Ctrl-C in the terminal reaches `up` alone, which then stops all in order. Killed
        by the kernel when `up` is: what it leaves half done is in the database, with a lease."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.keep,
                preexec_fn=end_with_parent(signal.SIGKILL),
            )
        self.started = time.monotonic()
        self.due = None

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing"


class Supervisor:
    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def start(self, name: str, *words: str, keep: int | None = None) -> None:
        self.logs.mkdir(exist_ok=True)
        log = self.log_of(name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        child = Child([name, *words], () if keep is None else (keep,), log)
        self.children[name] = child
        child.start()

    def raise_if_ended(self, name: str) -> None:
        child = self.children[name]
        if child.process.poll() is not None:
            raise StartError(f"The {name} process could not start: {child.last_words()} (see {child.log})")

    def watch(self, keep_database: Callable[[], None]) -> None:
        """Until interrupted. The database is not our child, but it is looked after with them."""
        while True:
            keep_database()
            for name, child in self.children.items():
                self._revive(name, child)
            time.sleep(LOOK_EVERY)

    def _revive(self, name: str, child: Child) -> None:
        now = time.monotonic()
        if child.due is not None:
            if now >= child.due:
                child.start()
        elif child.process.poll() is not None:
            if now - child.started > HEALTHY_SECONDS:
                child.pause = 1
            child.due = now + child.pause
            self._tell(name, child)
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _tell(self, name: str, child: Child) -> None:
        print(
            f"The {name} process ended ({_ending(child.process.returncode)}) and is started again in "
            f"{child.pause:g} s. Its last words: {child.last_words()}",
            flush=True,
        )

    def stop(self) -> None:
        """Ask all to end, wait, and end those that do not."""
        for child in self.children.values():
            child.signal(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.process.wait(max(0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
                child.process.wait()

    def kill(self) -> None:
        for child in self.children.values():
            child.signal(signal.SIGKILL)


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
