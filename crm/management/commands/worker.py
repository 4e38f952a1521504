from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.celery import app


class Command(BaseCommand):
    help = "Do the background work. Run as many as wanted, on as many machines as wanted."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="tasks at the same time")

    def handle(self, *, concurrency: int, **_: Any) -> None:
        """Threads, not processes: tasks wait for the database and the network, and one process is one thing to stop."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        app.worker_main(["worker", "--pool=threads", f"--concurrency={concurrency}", "--loglevel=INFO", *quiet])
