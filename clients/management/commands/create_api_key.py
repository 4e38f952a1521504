"""`manage.py create_api_key --workspace SLUG --name NAME`: a new key, printed once and nowhere kept."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import system
from accounts.models import Workspace
from accounts.workspaces import workspace_called
from clients import keys
from clients.models import Client
from crm.errors import Invalid, NotFound, Refusal


class Command(BaseCommand):
    help = "Make an API key and print it, once: only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="What the key is for; shown in the settings and in the log.")
        parser.add_argument("--scopes", default="crm", help="crm (read and change) or crm:read; several with a comma.")
        parser.add_argument("--client", metavar="ID", help="The key sees only this client.")
        parser.add_argument("--rate-limit", type=int, metavar="N", help="Requests a minute, instead of the plan's.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workspace = workspace_called(options["workspace"])
        except NotFound as refusal:
            raise CommandError(refusal.message) from None
        try:
            key, secret = keys.issue(
                actor=system(workspace, "manage.py create_api_key"),
                name=options["name"],
                scopes=[scope.strip() for scope in options["scopes"].split(",") if scope.strip()],
                client=_client(workspace, options["client"]),
                rate_limit=options["rate_limit"],
            )
        except Invalid as refusal:
            raise CommandError("\n".join(text for texts in refusal.fields.values() for text in texts)) from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stderr.write(f"The key “{key.name}” of {workspace.name} ({', '.join(key.scopes)}). It is not shown again:")
        self.stdout.write(secret)


def _client(workspace: Workspace, text: str | None) -> Client | None:
    if text is None:
        return None
    try:
        client = Client.objects.filter(workspace=workspace, pk=UUID(text)).first()
    except ValueError:
        raise CommandError(f"“{text}” is not the id of a client.") from None
    if client is None:
        raise CommandError(f"{workspace.name} has no client with the id {text}.")
    return client
