"""The stream as `manage.py web` serves it: a process of its own, which ends when it is told to, whoever listens."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Membership
from crm.boot import PROJECT
from tests.activity.conftest import Happen
from tests.activity.live.conftest import place
from tests.activity.live.streams import Stream
from tests.ports import free_port
from tests.template import database_url

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 240
# What stopping may take: the grace that uvicorn leaves to what is under way, and some for a busy machine. A stream is
# open for minutes.
QUICKLY = 30


class Process:
    """`manage.py web` on the database under test."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "web.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "web", "--port", str(self.port)],
                env={
                    **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
                    "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
                    "PARLEY_SECRET_KEY": settings.SECRET_KEY,
                    "PARLEY_DATA": str(folder),
                    "PARLEY_STATIC_ROOT": str(folder / "static"),
                },
                stdout=log,
                stderr=log,
            )

    def wait_until_served(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.is_served():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def is_served(self) -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
            return True
        return False

    def end(self, number: int) -> float:
        """The seconds that it takes to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - began


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Any]:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    started = [Process(folder) for folder in folders]
    try:
        for process in started:
            process.wait_until_served()
        yield started
    finally:
        for process in started:
            process.process.kill()
            process.process.wait(PATIENCE)


def test_processes_tell_everybody_and_end_in_seconds_with_streams_open(
    web: list[Process], agent: Membership, happen: Happen
) -> None:
    one, two = web
    streams = [Stream(process, agent) for process in (one, one, one, two)]
    for stream in streams:
        assert stream.until("ready") == []
    event = place(happen())
    assert [[told.id for told in stream.take(1)] for stream in streams] == [[event]] * 4

    assert one.end(signal.SIGTERM) < QUICKLY
    assert [stream.next() for stream in streams[:3]] == [None] * 3

    missed = place(happen())
    with Stream(two, agent, "/live", **{"Last-Event-ID": event}) as again:
        assert [told.id for told in again.until("ready")] == [missed]
    for stream in streams:
        stream.close()
