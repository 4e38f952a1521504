"""What becomes of the reports that people keep of a client, and of the links to them, when it goes."""

from collections.abc import Iterable

from django.db.models import F

from accounts.actors import Actor
from clients.leaving.contract import AT_ONCE, File, Owned, Part, Work, register
from clients.leaving.models import Leaving
from clients.leaving.writing import as_lines
from clients.models import Client
from reports.models import SavedReport, SharedReport
from reports.shared import end_all


class Reports(Part):
    place = 50

    def owned(self, client: Client) -> list[Owned]:
        links = SharedReport.objects.filter(client=client, ended_at=None)
        return [
            Owned("saved reports", SavedReport.objects.filter(client=client, deleted_at=None).count()),
            Owned("shared links", links.count(), "They stop working."),
        ]

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        """Who has a link was meant to read of this client, not of another."""
        end_all(actor, SharedReport.objects.filter(client=leaving.client), "the client is leaving")

    def move(self, work: Work) -> int:
        ids = list(SavedReport.objects.filter(client=work.client_id).values_list("pk", flat=True)[:AT_ONCE])
        SavedReport.objects.filter(pk__in=ids).update(client=work.target_id, version=F("version") + 1)
        return work.done(len(ids)) or _links_gone(work)

    def files(self, leaving: Leaving) -> Iterable[File]:
        yield File("saved_reports.jsonl", SavedReport.objects.filter(client=leaving.client_id), as_lines)

    def erase(self, work: Work) -> int:
        ids = list(SavedReport.objects.filter(client=work.client_id).values_list("pk", flat=True)[:AT_ONCE])
        SavedReport.objects.filter(pk__in=ids).delete()
        return work.done(len(ids)) or _links_gone(work)


def _links_gone(work: Work) -> int:
    ids = list(SharedReport.objects.filter(client=work.client_id).values_list("pk", flat=True)[:AT_ONCE])
    SharedReport.objects.filter(pk__in=ids).delete()
    return work.done(len(ids))


register(Reports())
