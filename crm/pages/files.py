"""Files that a page streams: made piece by piece, and sent as they are made."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

CSV = "text/csv; charset=utf-8"
T = TypeVar("T", str, bytes)


def streamed(
    request: HttpRequest, pieces: Iterator[T], name: str, content_type: str = CSV
) -> StreamingHttpResponse:  # fmt: skip
    """The file `name`, to be kept by the browser. No piece is empty: an empty one ends it."""
    body = one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename={json.dumps(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def one_by_one(pieces: Iterator[T]) -> AsyncIterator[T]:
    """Each piece is made when the one before has been sent: Django would gather them all first."""
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[T]) -> T | None:
    return next(pieces, None)
