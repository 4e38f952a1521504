from django.urls import include, path

from integrations import doors
from integrations.pages import changing, incoming, listed, outgoing, overview, setup

app_name = "integrations"

of_one = [
    path("", overview.shown, name="connection"),
    path("/compare", overview.compare, name="compare"),
    path("/batches", overview.history, name="batches"),
    path("/batches/<uuid:run>/stop", overview.stop, name="stop"),
    path("/setup", setup.setup, name="setup"),
    path("/check", setup.check, name="check"),
    path("/events", incoming.listed, name="events"),
    path("/events/replay", incoming.replay_failed, name="events_replay"),
    path("/events/<uuid:event>", incoming.shown, name="event"),
    path("/events/<uuid:event>/replay", incoming.replay, name="event_replay"),
    path("/sent", outgoing.listed, name="pushes"),
    path("/sent/replay", outgoing.replay_failed, name="pushes_replay"),
    path("/sent/<uuid:push>", outgoing.shown, name="push"),
    path("/sent/<uuid:push>/replay", outgoing.replay, name="push_replay"),
    path("/settings", changing.settings, name="settings"),
    path("/pause", changing.pause, name="pause"),
    path("/resume", changing.resume, name="resume"),
    path("/address", changing.address, name="address"),
    path("/address/renew", changing.renew, name="renew"),
    path("/disconnect", changing.disconnect, name="disconnect"),
]

urlpatterns = [
    path("hooks/<slug:system>/<str:token>", doors.knock, name="hook"),
    path("", include("integrations.quickreply.urls")),
    path("settings/connections", listed.listed, name="list"),
    path("settings/connections/new", listed.choose, name="choose"),
    path("settings/connections/new/<slug:key>", listed.new, name="new"),
    path("settings/connections/<uuid:pk>", include(of_one)),
]
