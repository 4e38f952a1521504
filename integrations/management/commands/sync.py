"""`manage.py sync CONNECTION [--full]`: a batch, here and now, with progress."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from crm.errors import Refusal
from integrations import batches, standing
from integrations.base import Connected
from integrations.models import Connection, SyncRun


class Command(BaseCommand):
    help = (
        "Fetch what a connected system has that is not here yet. Stopped in the midst, the next one goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", metavar="CONNECTION", type=UUID, help="Its id, as `connect` printed it.")
        parser.add_argument("--full", action="store_true", help="Everything, not only what is newer than the last one.")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = Connection.objects.filter(pk=options["connection"], deleted_at=None).first()
        if connection is None:
            raise CommandError("There is no connection with this id.")
        run = self._walked(_run(connection, full=options["full"]))
        for line in standing.lines(run):
            self.stdout.write(line)
        if run.state != SyncRun.State.DONE:
            raise CommandError(f"It is not done: {run.last_error or 'it waits for its next try'}.")

    def _walked(self, run: SyncRun) -> SyncRun:
        while run.state == SyncRun.State.WAITING and batches.step(run):
            run.refresh_from_db()
            self.stderr.write("; ".join(standing.lines(run)), ending="\r" if self.stderr.isatty() else "\n")
        return run


def _run(connection: Connection, *, full: bool) -> SyncRun:
    """A new batch, or the one that is waiting."""
    waiting: SyncRun | None = SyncRun.objects.filter(connection=connection, state=SyncRun.State.WAITING).first()
    if waiting is not None and waiting.is_full >= full:
        return waiting
    try:
        return batches.start(actor=Connected(connection).actor, connection=connection, full=full)
    except Refusal as refusal:
        raise CommandError(refusal.message) from None
