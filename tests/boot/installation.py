"""An installation of its own for a test: a data folder, the commands run on it, and the processes that belong to it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 240


class Installation:
    def __init__(self, data: Path, static: Path) -> None:
        self.data = data
        self.first_said = ""
        self.started: list[subprocess.Popen[str]] = []
        self.ready_file = data.parent / f"{data.name}.ready.json"
        # What the tests' own settings put into the environment is not for the processes under test.
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PARLEY_", "DATABASE_", "CELERY_", "DJANGO_"))
        }
        self.environ["PARLEY_STATIC_ROOT"] = str(static)

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(
            self._command(words),
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def up(self, *words: str, **environ: str) -> "Running":
        """`manage.py up` in a process group of its own, as a terminal would start it; returns once pages are served."""
        self.ready_file.unlink(missing_ok=True)
        log = (self.data.parent / f"{self.data.name}.up.log").open("w+")
        words = ("up", "--no-demo", "--port", str(free_port()), "--ready-file", str(self.ready_file), *words)
        process = subprocess.Popen(
            self._command(words), env={**self.environ, **environ}, stdout=log, stderr=log, text=True, process_group=0
        )
        log.close()
        self.started.append(process)
        running = Running(self, process, Path(log.name))
        until = time.monotonic() + PATIENCE
        while not self.ready_file.exists():
            assert process.poll() is None, running.said()
            assert time.monotonic() < until, running.said()
            time.sleep(0.02)
        return running

    def end_all(self) -> None:
        """For what a test leaves running, on purpose or not."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for started in self.started:
            started.wait(PATIENCE)
        assert self.is_gone_within(30)

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, str(PROJECT / "manage.py"), *words, "--data", str(self.data)]

    def processes(self) -> list[psutil.Process]:
        """Whatever names this data folder on its command line or in its environment."""
        return [process for process in psutil.process_iter() if self._names_the_folder(process)]

    def _names_the_folder(self, process: psutil.Process) -> bool:
        try:
            words = [*process.cmdline(), process.environ().get("PARLEY_DATA", "")]
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            return False
        return any(word == str(self.data) or word.startswith(f"{self.data}/") for word in words)

    def is_gone_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


class Running:
    def __init__(self, installation: Installation, process: subprocess.Popen[str], log: Path) -> None:
        self.installation = installation
        self.process = process
        self.log = log

    def read_ready(self) -> dict[str, Any]:
        contents: dict[str, Any] = json.loads(self.installation.ready_file.read_text())
        return contents

    def said(self) -> str:
        return self.log.read_text()

    def says(self, words: str, *, within: float) -> bool:
        until = time.monotonic() + within
        while words not in self.said():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def child(self, name: str) -> psutil.Process:
        """The process of one of `up`'s commands: web, worker or beat."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if name in child.cmdline())

    def work(self) -> float:
        """Seconds of processor time that `up` and its children have used so far."""
        up = psutil.Process(self.process.pid)
        used = [process.cpu_times() for process in [up, *up.children()]]
        return float(sum(part.user + part.system for part in used))

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)
