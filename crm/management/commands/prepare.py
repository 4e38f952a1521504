from typing import Any

from django.core.management.base import BaseCommand

from crm.boot.prepare import prepare


class Command(BaseCommand):
    help = "Before a deployment serves: migrate, make the cache table, collect static files. `up` does it by itself."
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        prepare(demo=False)
