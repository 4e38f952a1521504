"""`manage.py connect SYSTEM --workspace SLUG [--client ID] [--set key=value …]`: a connection without the browser."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import system
from accounts.workspaces import workspace_called
from crm.errors import Invalid, Refusal
from integrations.connecting import connect
from integrations.registry import systems


class Command(BaseCommand):
    help = "Connect an outside system. Prints JSON: the connection, its webhook address, and secrets that were made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("system", metavar="SYSTEM", help=f"One of: {', '.join(systems())}.")
        parser.add_argument("--workspace", metavar="SLUG", help="May be left out where there is only one.")
        parser.add_argument("--client", metavar="ID", type=UUID, help="The client whose account it is.")
        parser.add_argument("--name", default="", help="What it is called on the pages.")
        parser.add_argument(
            "--set", dest="given", action="append", default=[], metavar="KEY=VALUE",
            help="A setting or a secret. May be given several times; the same key again adds a line.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workspace = workspace_called(options["workspace"])
            opened = connect(
                actor=system(workspace, "manage.py connect"), system=options["system"], name=options["name"],
                client_id=options["client"], settings=_settings(options["given"]),
            )  # fmt: skip
        except Invalid as refusal:
            raise CommandError(_sentences(refusal)) from None
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        one = opened.connection
        told = {"id": str(one.pk), "system": one.system, "name": one.name, "hook_url": opened.hook_url}
        self.stdout.write(json.dumps({**told, **opened.shown_once}))


def _settings(given: list[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"--set takes key=value, such as api_key=…: “{pair[:40]}” has no “=”.")
        settings[name] = f"{settings[name]}\n{value}" if name in settings else value
    return settings


def _sentences(refusal: Invalid) -> str:
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in refusal.fields.items()) or refusal.message
