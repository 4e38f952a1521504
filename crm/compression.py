"""Pages over the wire, compressed."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Compresses HTML and nothing else.

    A live stream must reach the browser event by event; attachments are compressed already; the API's strong ETags must
    stay strong, and a proxy may compress its answers. Compressing a page lets nobody guess the secret in it (BREACH):
    Django masks the CSRF token anew in every answer, and pads what it compresses with a random length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
