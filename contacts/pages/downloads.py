"""Files that people take away: the contacts that a filter leaves, and the rows that an import could not use."""

from collections.abc import Iterator
from uuid import UUID

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from activity.exports import exported
from activity.models import RunRow
from clients.pages import PageRequest, page
from contacts.exporting import MARK, lines, written
from contacts.models import Contact, Upload
from contacts.spreadsheet import unguarded
from contacts.views import narrowed_of
from crm.pages.files import streamed
from crm.pages.typed import identifier


@require_GET
@page
def export(request: PageRequest) -> StreamingHttpResponse:
    """What the filter in the address leaves; or those whose ids it names."""
    ids = [identifier(text, "id") for text in request.GET.getlist("id")]
    rows = Contact.objects.visible_to(request.actor).filter(pk__in=ids) if ids else narrowed_of(request).rows
    exported(request.looking, "people", rows.count())
    day = timezone.localdate().isoformat()
    return streamed(request, lines(rows, timezone.get_current_timezone()), f"contacts-{day}.csv")


@require_GET
@page
def failed(request: PageRequest, pk: UUID) -> StreamingHttpResponse:
    """The rows that an import could not use, as they were, each with the reason: to be mended and imported again."""
    upload = get_object_or_404(Upload.objects.visible_to(request.actor), pk=pk)
    return streamed(request, _failed(upload), f"not-imported-{timezone.localdate().isoformat()}.csv")


def _failed(upload: Upload) -> Iterator[str]:
    yield MARK + written([[*upload.columns, "Why it was not imported"]])
    width = len(upload.columns)
    for part in upload.parts.order_by("number").iterator(chunk_size=1):
        cells = {number: [unguarded(cell) for cell in row] for number, row in part.rows}
        rows = RunRow.objects.filter(run=upload.run_id, outcome=RunRow.Outcome.FAILED, number__in=cells)
        found = [(cells[row.number], row.words) for row in rows.order_by("number")]
        if found:
            yield written([[*(row + [""] * width)[: max(width, len(row))], words] for row, words in found])
