from django.urls import path

from desk import runs, switching, undo
from desk.api_keys import views as api_keys
from desk.audit import views as audit
from desk.automations import views as automations
from desk.clients import campaigns
from desk.clients import verbs as client_verbs
from desk.clients import views as clients
from desk.leaving import views as leaving
from desk.palette import views as palette
from desk.saved import views as saved
from desk.search import views as search
from desk.settings import labels
from desk.settings import views as settings
from desk.today import views as today

app_name = "desk"

urlpatterns = [
    path("", today.start, name="start"),
    path("today", today.today, name="today"),
    path("today/my-turn", today.my_turn, name="my_turn"),
    path("today/follow-ups", today.follow_ups, name="follow_ups"),
    path("search", search.search, name="search"),
    path("clients", clients.listed, name="clients"),
    path("clients/new", client_verbs.new, name="client_new"),
    path("clients/<uuid:pk>", clients.client, name="client"),
    path("clients/<uuid:pk>/edit", client_verbs.edit, name="client_edit"),
    path("clients/<uuid:pk>/campaigns", clients.campaigns, name="campaigns"),
    path("clients/<uuid:pk>/campaigns/new", campaigns.new, name="campaign_new"),
    path("clients/<uuid:pk>/campaigns/<uuid:campaign_pk>/change", campaigns.change, name="campaign_change"),
    path("clients/<uuid:pk>/campaigns/<uuid:campaign_pk>/delete", campaigns.delete, name="campaign_delete"),
    path("clients/<uuid:pk>/delete", leaving.leave, name="client_delete"),
    path("clients/<uuid:pk>/delete/export", leaving.export, name="client_export"),
    path("clients/choices", switching.choices, name="client_choices"),
    path("keys", palette.keys, name="keys"),
    path("palette/commands", palette.commands, name="palette_commands"),
    path("palette/found", palette.found, name="palette_found"),
    path("settings", settings.profile, name="settings"),
    path("settings/labels", labels.listed, name="labels"),
    path("settings/labels/new", labels.new, name="label_new"),
    path("settings/labels/<uuid:pk>/change", labels.change, name="label_change"),
    path("settings/labels/<uuid:pk>/delete", labels.delete, name="label_delete"),
    path("settings/labels/<uuid:pk>/merge", labels.merge, name="label_merge"),
    path("settings/api-keys", api_keys.listed, name="api_keys"),
    path("settings/api-keys/new", api_keys.new, name="api_key_new"),
    path("settings/api-keys/<uuid:pk>/replace", api_keys.replace, name="api_key_replace"),
    path("settings/api-keys/<uuid:pk>/revoke", api_keys.revoke, name="api_key_revoke"),
    path("settings/audit", audit.listed, name="audit"),
    path("settings/audit/export", audit.export, name="audit_export"),
    path("settings/automations", automations.listed, name="automations"),
    path("settings/automations/<slug:name>", automations.shown, name="automation"),
    path("settings/automations/<slug:name>/switch", automations.turn, name="automation_switch"),
    path("settings/automations/<slug:name>/rehearse", automations.rehearse, name="automation_rehearse"),
    path("undo/<uuid:pk>", undo.take_back, name="undo"),
    path("runs", runs.listed, name="runs"),
    path("runs/<uuid:pk>", runs.shown, name="run"),
    path("runs/<uuid:pk>/stop", runs.stop, name="run_stop"),
    path("runs/<uuid:pk>/undo", runs.take_back, name="run_undo"),
    path("runs/<uuid:pk>/again", runs.again, name="run_again"),
    path("views", saved.arranged, name="views"),
    path("views/<uuid:pk>", saved.opened, name="view"),
    path("views/<uuid:pk>/change", saved.change, name="view_change"),
    path("views/<uuid:pk>/delete", saved.delete, name="view_delete"),
    path("views/<uuid:pk>/pin", saved.pin, name="view_pin"),
    path("views/<uuid:pk>/move", saved.move, name="view_move"),
    path("views/new/<str:room>", saved.new, name="view_new"),
    path("views/counts/<str:room>", saved.counts, name="view_counts"),
]
