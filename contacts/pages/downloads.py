"""Files that people take away: the contacts that a filter leaves, and the rows that an import could not use."""

import json
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
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


def streamed(request: HttpRequest, pieces: Iterator[str], name: str) -> StreamingHttpResponse:
    body = _one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={json.dumps(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _one_by_one(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Each piece is made when the one before has been sent: Django would gather them all first."""
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[str]) -> str:
    return next(pieces, "")
