"""Check that no message was changed, taken out, put in or cut off: every conversation's hash chain."""

from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from activity.models import Event
from inbox.chain import faults, vanished
from inbox.models import Conversation


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        conversations, events = Conversation.objects.order_by("pk"), Event.objects.all()
        slug = options["workspace"]
        if slug:
            if not Workspace.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no workspace “{slug}”.")
            conversations, events = conversations.filter(workspace__slug=slug), events.filter(workspace__slug=slug)
        found = 0
        gone = (f"conversation {pk}: it was written, and is gone" for pk in vanished(events))
        for fault in chain(faults(conversations.iterator(chunk_size=500)), gone):
            found += 1
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{found} fault{'s' * (found > 1)} found: these messages are not what was written.")
        self.stdout.write(f"{conversations.count()} conversations verified, every message is as it was written.")
