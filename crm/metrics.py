"""Figures for Prometheus, at `/metrics`, to whoever has the token."""

import os
import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

request_seconds = Histogram(
    "parley_request_seconds", "How long answers took, by method, route and status.", ["method", "route", "status"]
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def answered(request: HttpRequest, status: int, seconds: float) -> None:
    """Labels are routes, not paths: there are as many paths as contacts."""
    match = request.resolver_match
    route = match.route if match else "none"
    method = request.method if request.method in METHODS else "other"
    request_seconds.labels(method, route, str(status)).observe(seconds)


def show(request: HttpRequest) -> HttpResponse:
    """Without PARLEY_METRICS_TOKEN there is no such page; without the right bearer token it looks the same."""
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not secrets.compare_digest(wanted, given):
        raise Http404
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Where `web --workers` runs several processes, the figures of all of them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
