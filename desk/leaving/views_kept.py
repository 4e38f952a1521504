"""What becomes of the views that people saved of a client when it goes."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.db.models import F

from clients.leaving.contract import AT_ONCE, File, Owned, Part, Work, register
from clients.leaving.models import Leaving
from clients.leaving.writing import as_lines
from clients.models import Client
from desk.models import SavedView


class Views(Part):
    place = 50

    def owned(self, client: Client) -> list[Owned]:
        return [Owned("saved views", SavedView.objects.filter(client=client, deleted_at=None).count())]

    def move(self, work: Work) -> int:
        rows = list(SavedView.objects.filter(client=work.client_id).order_by("pk")[:AT_ONCE])
        for row in rows:
            SavedView.objects.filter(pk=row.pk).update(
                client=work.target_id, query=_turned(row.query, work), version=F("version") + 1
            )
        return work.done(len(rows))

    def files(self, leaving: Leaving) -> Iterable[File]:
        yield File("saved_views.jsonl", SavedView.objects.filter(client=leaving.client_id), as_lines)

    def erase(self, work: Work) -> int:
        ids = list(SavedView.objects.filter(client=work.client_id).values_list("pk", flat=True)[:AT_ONCE])
        SavedView.objects.filter(pk__in=ids).delete()
        return work.done(len(ids))


def _turned(query: str, work: Work) -> str:
    """The filter, where it names the client itself."""
    target = str(work.target_id or "")
    pairs = [(key, target if value == str(work.client_id) else value) for key, value in parse_qsl(query)]
    return urlencode([(key, value) for key, value in pairs if value])


register(Views())
