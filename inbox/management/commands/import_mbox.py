"""`manage.py import_mbox FILE --me ADDRESS`: a mail archive, into the inbox. Run twice it adds nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from accounts.actors import Actor, system
from accounts.workspaces import workspace_called
from clients.models import Client
from contacts.addresses import email
from crm.errors import Invalid, NotFound
from inbox.imports.arrivals import Ours
from inbox.imports.importing import Import
from inbox.imports.telling import Telling
from inbox.mail.mbox import NotAnMbox

INTERRUPTED = 130  # what a shell makes of Ctrl-C: 128 + SIGINT


class Command(BaseCommand):
    help = "Take a mail archive (mbox) into the inbox. Run twice it adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--me", required=True, action="append", metavar="ADDRESS",
            help="An address of ours: what it sent went out, all else came in. May be given several times.",
        )  # fmt: skip
        parser.add_argument("--workspace", metavar="SLUG", help="May be left out where there is only one.")
        parser.add_argument("--client", metavar="NAME", help="The client of the agency whose mail it is.")

    def handle(self, *args: Any, **options: Any) -> None:
        run = self._prepared(**options)
        try:
            run.run()
        except NotAnMbox as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{run.path} cannot be read: {error.strerror}.") from None
        except KeyboardInterrupt:
            _stopped(run, "Stopped", INTERRUPTED)
        except OperationalError as error:
            _stopped(run, f"The database does not answer ({str(error).strip()})", 1)
        finally:
            run.telling.done()
        self.stdout.write(f"{run.tally}.")

    def _prepared(self, *, file: Path, me: list[str], workspace: str | None, client: str | None, **_: Any) -> Import:
        if file.exists() and not file.is_file() and not file.is_dir():
            raise CommandError(f"{file} is not a file: an archive is read twice, which a pipe cannot be.")
        try:
            actor = system(workspace_called(workspace), "manage.py import_mbox")
            found = _client(actor, client) if client else None
        except NotFound as refusal:
            raise CommandError(refusal.message) from None
        ours = Ours.of(actor.workspace, [_address(each) for each in me], found.pk if found else None)
        return Import(file, actor, ours, Telling(self.stderr, file.name))


def _client(actor: Actor, name: str) -> Client:
    clients = Client.objects.visible_to(actor)
    found = clients.filter(name__iexact=name.strip()).first()
    if found is None:
        names = ", ".join(clients.order_by("name").values_list("name", flat=True)[:50])
        choice = f"There are: {names}." if names else "It has none."
        raise NotFound(f"{actor.workspace.name} has no client “{name}”. {choice}")
    return found


def _address(written: str) -> str:
    try:
        return email(written)
    except Invalid:
        raise CommandError(f"“{written}” is no e-mail address: --me takes one such as you@example.com.") from None


def _stopped(run: Import, why: str, code: int) -> NoReturn:
    """In the midst: what was taken in stays, so that the next run goes on from there."""
    done = f" after {run.tally.messages} of {run.total} messages. {run.tally}" if run.total else " before any message"
    raise CommandError(f"{why}{done}. The same command goes on from here.", returncode=code)
