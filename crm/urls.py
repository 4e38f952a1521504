"""Where each room's doors are."""

from django.urls import URLPattern, URLResolver, include, path

from crm import health, icons, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.show),
    path("icons/<slug:digest>.svg", icons.show, name="icons"),
    path("", include("crm.api.urls")),
    path("", include("accounts.urls")),
    path("", include("activity.live.urls")),
    path("", include("inbox.urls")),
    path("", include("deals.urls")),
    path("", include("contacts.urls")),
    path("", include("desk.urls")),
    path("", include("desk.people.urls")),
    path("", include("reports.urls")),
    path("", include("desk.security.urls")),
    path("", include("integrations.urls")),
    path("", include("webhooks.urls")),
]

handler400 = "crm.api.errors.bad_request"
handler500 = "crm.api.errors.server_error"
