import os
import socket
import tempfile
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

# After this many seconds of stopping, open live streams are cut.
GRACE_SECONDS = 3


class Command(BaseCommand):
    help = "Serve pages and API. In production run several behind a proxy, or one with --workers."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--fd", type=int, help="serve on this listening socket, which `up` holds")
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *, host: str, port: int, fd: int | None, workers: int, **_: Any) -> None:
        chosen: dict[str, Any] = {
            "app": "crm.asgi:application",
            "host": host,
            "port": port,
            "workers": workers,
            "lifespan": "off",
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": settings.TRUSTED_PROXY,
            "forwarded_allow_ips": "*" if settings.TRUSTED_PROXY else None,
            "timeout_graceful_shutdown": GRACE_SECONDS,
        }
        if workers > 1:
            # Where the processes put their figures together: see crm.metrics. Empty for each start.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="parley-metrics-")
        if fd is None:
            uvicorn.run(**chosen)
        else:
            # uvicorn's own way takes it for a Unix socket, and small answers then wait for Nagle's algorithm.
            uvicorn.Server(uvicorn.Config(**chosen)).run([socket.socket(fileno=fd)])
