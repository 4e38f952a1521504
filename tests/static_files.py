"""Static files for the browsers of the tests, as production sends them: the style sheet as one, and each kept by the
browser. Django's own way opens each file anew, thirty sheets among them, for every page of every test."""

import mimetypes
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache
from unittest.mock import patch
from wsgiref.types import StartResponse, WSGIEnvironment

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.files.storage import FileSystemStorage

from crm.static import SHEET, Whole

_theirs = StaticFilesHandler.__call__


def kept_static_files() -> AbstractContextManager[object]:
    """While it is entered, the live servers of this process send static files so."""
    return patch.object(StaticFilesHandler, "__call__", _answer)


def _answer(self: StaticFilesHandler, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    body = _body(path.removeprefix(self.base_url.path)) if self._should_handle(path) else None
    if body is None or environ["REQUEST_METHOD"] != "GET":
        return _theirs(self, environ, start_response)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    kept = ("Cache-Control", "max-age=3600, immutable")
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body))), kept])
    return [body]


@cache
def _body(name: str) -> bytes | None:
    found = finders.find(name)
    if found is None:
        return None
    storage = FileSystemStorage(found.removesuffix(name))
    with Whole(storage).open(name) if name == SHEET else storage.open(name) as file:
        read: bytes = file.read()
    return read
