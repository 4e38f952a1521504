"""Pages over the wire, compressed."""

import gzip
import secrets

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

SMALLEST = 200
LEVEL = 9
MOST_PADDED = 100


class CompressedPages(MiddlewareMixin):
    """Compresses HTML and nothing else.

    A live stream must reach the browser event by event; attachments are compressed already; the API's strong ETags must
    stay strong, and a proxy may compress its answers. Compressing a page lets nobody guess the secret in it (BREACH):
    Django masks the CSRF token anew in every answer, and what is compressed gets a random length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, HttpResponse) or not _is_page(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" in request.headers.get("Accept-Encoding", "") and len(response.content) >= SMALLEST:
            response.content = _compressed(response.content)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response


def _is_page(response: HttpResponse) -> bool:
    headers = response.headers
    return headers.get("Content-Type", "").startswith("text/html") and "Content-Encoding" not in headers


def _compressed(content: bytes) -> bytes:
    """With a file name of random length in its head, which browsers skip."""
    packed = gzip.compress(content, LEVEL, mtime=0)
    padding = b"a" * secrets.randbelow(MOST_PADDED)
    return packed[:3] + b"\x08" + packed[4:10] + padding + b"\0" + packed[10:]
