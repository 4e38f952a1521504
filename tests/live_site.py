"""Parley served as in production, by uvicorn and its own ASGI application, on the database under test: for what the
threads of pytest-django's `live_server` cannot do, which is to keep streams open."""

import asyncio
import socket
import threading
import time

import uvicorn
from django.db import connection

from activity.live.hub import Hub, hub
from crm.asgi import application

PATIENCE = 30
# For requests that are at work when it is stopped.
GRACE = 5


class LiveSite:
    """Can be stopped and started again at the same address."""

    def __init__(self) -> None:
        self.socket = _held(0)
        self.port = int(self.socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        # Each request has its thread here, and so a connection, which nobody would take up again.
        connection.settings_dict["CONN_MAX_AGE"] = 0
        config = uvicorn.Config(
            application, host="127.0.0.1", port=self.port, lifespan="off", log_config=None, access_log=False,
            timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._serve, name="live site", daemon=True)
        self.thread.start()
        until = time.monotonic() + PATIENCE
        while not self.server.started:
            assert self.thread.is_alive(), "the server could not start"
            assert time.monotonic() < until, "the server does not start"
            self.thread.join(0.01)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=self.server.config.get_loop_factory()) as runner:
            self.loop = runner.get_loop()
            runner.run(self.server.serve(sockets=[self.socket]))

    def stop(self, *, for_good: bool = True) -> None:
        """Open streams end; their browsers find nobody. Where it is to start again, nobody else takes its address."""
        if self.thread.is_alive():
            streams = self.hub
            self.server.should_exit = True
            self.loop.call_soon_threadsafe(streams._cut_all)
            self.thread.join(PATIENCE)
            assert not self.thread.is_alive(), "the server does not stop"
        self.socket.close()
        if not for_good:
            self.socket = _held(self.port)

    @property
    def hub(self) -> Hub:
        return asyncio.run_coroutine_threadsafe(_hub(), self.loop).result(PATIENCE)


def _held(port: int) -> socket.socket:
    """Ours from now on, stopped or not; any free one where `port` is 0. Nobody is let in before the server listens."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


async def _hub() -> Hub:
    return hub()
