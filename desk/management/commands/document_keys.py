"""`manage.py document_keys`: write docs/keys.md from the registry of keys."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from desk.palette.document import document

PAGE = "docs/keys.md"


class Command(BaseCommand):
    help = "Write docs/keys.md from the registry of keys."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        (Path(settings.BASE_DIR) / PAGE).write_text(document())
        self.stdout.write(f"{PAGE} is written.")
