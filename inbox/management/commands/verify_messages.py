"""Check that no message was changed, taken out, put in or cut off: every conversation's hash chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from inbox.chain import faults
from inbox.models import Conversation


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        conversations = Conversation.objects.order_by("pk")
        slug = options["workspace"]
        if slug:
            if not Workspace.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no workspace “{slug}”.")
            conversations = conversations.filter(workspace__slug=slug)
        found = 0
        for fault in faults(conversations.iterator(chunk_size=500)):
            found += 1
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{found} fault{'s' * (found > 1)} found: these messages are not what was written.")
        self.stdout.write(f"{conversations.count()} conversations verified, every message is as it was written.")
