from typing import Any

from django.core.management.base import BaseCommand

from crm.celery import app


class Command(BaseCommand):
    help = "Wake the worker at the times that crm/celery.py lists. Run exactly one."
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        app.Beat(quiet=True).run()
