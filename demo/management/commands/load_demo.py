"""`manage.py load_demo`: the demo workspace, once; with `--fresh` anew."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.boot import StartError
from crm.errors import Conflict
from demo.loading import load
from demo.script import read
from demo.sign_in import hand_out


class Command(BaseCommand):
    help = "Load the demo workspace: an agency with three clients, told as if it had happened until today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="Delete the demo workspace first, with all in it.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.DATA_DIR) / "demo.json"
        try:
            owner, loaded = load(read(), timezone.now(), fresh=options["fresh"])
            if loaded or not path.exists():
                hand_out(owner, path)
        except (Conflict, StartError) as refusal:
            raise CommandError(str(refusal)) from None
        if options["verbosity"]:
            self._tell(owner.workspace.slug, path, loaded)

    def _tell(self, slug: str, path: Path, loaded: bool) -> None:
        kept = json.loads(path.read_text())
        done = "is loaded" if loaded else "stands already: nothing was changed (--fresh loads it anew)"
        self.stdout.write(f"The workspace “{slug}” {done}.")
        self.stdout.write(f"Sign in as {kept['email']} with the password {kept['password']}. The API key is in {path}.")
