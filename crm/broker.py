"""Celery's queues as files in the data folder, for an installation without Redis or RabbitMQ.

kombu's own file transport lets a reader see a message that is half written, takes messages by way of the system's
temporary folder, and lets the beat pile up sweeps while no worker runs. Here a message appears by one rename and is
taken by one, and a task that expires (a sweep) waits at most once.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import transport
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

SUFFIX = ".msg"


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # as in kombu
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{uuid.uuid4().hex}.unfinished"
        unfinished.write_text(dumps(payload))
        unfinished.replace(folder / f"{_stem(payload)}.{queue}{SUFFIX}")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue, taken by renaming it: of several readers one succeeds."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):  # noqa: PTH208  # names are enough, ten times a second
            if name.partition(".")[2] != queue + SUFFIX:
                continue
            taken = folder / f"{uuid.uuid4().hex}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue
            message = loads(taken.read_text())
            taken.unlink()
            return message
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


def _stem(message: dict[str, Any]) -> str:
    """Names sort by age, sweeps before everything: there is one of a kind, so they hold nobody up."""
    headers = message.get("headers", {})
    if headers.get("expires"):
        return "0-" + str(headers["task"]).replace(".", "-")
    return f"{time.time_ns()}-{uuid.uuid4().hex}"


def install(folder: Path) -> dict[str, Any]:
    """Have kombu use this transport for `filesystem://`; returns its options."""
    transport.TRANSPORT_ALIASES["filesystem"] = "crm.broker:Transport"
    messages = folder / "messages"
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }
