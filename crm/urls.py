"""Where each room's doors are."""

from django.urls import URLPattern, URLResolver, path

from crm import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.show),
]
