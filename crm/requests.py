"""Every request has an id: its answer carries it, each line it logs names it."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from crm import metrics

logger = structlog.get_logger(__name__)

HEADER = "X-Request-Id"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Whoever watches asks these every few seconds.
UNLOGGED = ("/healthz", "/readyz", "/metrics", "/static/")


class RequestId:
    """Takes over a well-formed `X-Request-Id`, or makes one; views find it at `request.id`. Logs and counts the answer.

    Stands first, so that an answer of any other middleware is covered too. Never logs a query string: people put names,
    addresses and keys into them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        request.id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            started = time.perf_counter()
            response = self.get_response(request)
            self.record(request, response, time.perf_counter() - started)
        response.headers[HEADER] = request_id
        return response

    def record(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        if request.path.startswith(UNLOGGED):
            return
        metrics.answered(request, response.status_code, seconds)
        log = logger.warning if response.status_code >= 500 else logger.info
        log(
            "answered",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )


class Utf8:
    """Reads every form and address as UTF-8, whatever `charset` a request names: some that Python knows make no text of
    bytes, others spell halves of surrogate pairs, which no column holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return self.get_response(request)


class OnlyPressed:
    """A page for who opens an address by hand that only a button of ours leads to; Django's own answer is empty. The
    API says it in its own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != 405 or not isinstance(response, HttpResponse):
            return response
        if response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
