"""Whole Parleys beside the one under test: a database of its own each, and a web process that serves it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from django.db import connection

from tests.boot.installation import PROJECT
from tests.ports import free_port
from tests.template import database_url

PATIENCE = 240


class Parley:
    """Serves `database`. `url` is where."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.folder, self.port = database, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "DJANGO_"))}
        environ = {
            **kept,
            "PARLEY_DATA": str(self.folder),
            "DATABASE_URL": database_url(self.database),
            "PARLEY_PRIVATE_HOSTS": "127.0.0.1",
        }
        self.log = self.folder / "web.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROJECT / "manage.py"), "web", "--port", str(self.port)],
                env=environ, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            try:
                if httpx2.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """What is done within is done on its database."""
        own = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.database
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own


class Reader:
    """Reads one Parley's API from end to end."""

    def __init__(self, parley: Parley, key: str) -> None:
        self.parley = parley
        self._http = httpx2.Client(
            base_url=f"{parley.url}/api/v1/crm", headers={"Authorization": f"Bearer {key}"}, timeout=30
        )  # fmt: skip

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        response = self._http.request(method, path, **options)
        assert response.is_success, response.text
        return response.json()

    def all(self, noun: str, path: str = "", **params: Any) -> list[dict[str, Any]]:
        """By cursor, to the end."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = self.call("GET", path or f"/{noun}", params={"cursor": cursor, **params})
            rows += answer[noun]
            if not answer["pagination"]["has_more"]:
                return rows
            cursor = answer["pagination"]["next_cursor"]

    def file(self, url: str) -> bytes:
        response = self._http.get(f"{self.parley.url}{url}")
        assert response.is_success
        return bytes(response.content)
