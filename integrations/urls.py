from django.urls import include, path

from integrations import doors

app_name = "integrations"

urlpatterns = [
    path("hooks/<slug:system>/<str:token>", doors.knock, name="hook"),
    path("", include("integrations.quickreply.urls")),
]
