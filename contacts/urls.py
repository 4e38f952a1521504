from django.urls import path

from contacts import verbs, views
from contacts.pages import addresses, bulk, downloads, duplicates, imports, merges, new, segments, suppressions

app_name = "contacts"

urlpatterns = [
    path("contacts", views.contacts, name="list"),
    path("contacts/choices", views.choices, name="choices"),
    path("contacts/new", new.new, name="new"),
    path("contacts/bulk", bulk.act, name="bulk"),
    path("contacts/bulk/count", bulk.count, name="bulk_count"),
    path("contacts/segments", segments.listed, name="segments"),
    path("contacts/segments/new", segments.new, name="segment_new"),
    path("contacts/segments/<uuid:pk>/change", segments.change, name="segment_change"),
    path("contacts/segments/<uuid:pk>/delete", segments.delete, name="segment_delete"),
    path("contacts/export", downloads.export, name="export"),
    path("contacts/duplicates", duplicates.listed, name="duplicates"),
    path("contacts/duplicates/<uuid:pk>/dismiss", duplicates.dismiss, name="dismiss"),
    path("contacts/imports/new", imports.new, name="import_new"),
    path("contacts/imports/<uuid:pk>", imports.mapping, name="import"),
    path("contacts/imports/<uuid:pk>/preview", imports.preview, name="import_preview"),
    path("contacts/imports/<uuid:pk>/start", imports.start, name="import_start"),
    path("contacts/imports/<uuid:pk>/failed", downloads.failed, name="import_failed"),
    path("settings/suppression", suppressions.listed, name="suppressions"),
    path("settings/suppression/add", suppressions.add, name="suppression_add"),
    path("settings/suppression/export", suppressions.export, name="suppression_export"),
    path("settings/suppression/<uuid:pk>/lift", suppressions.lift, name="suppression_lift"),
    path("contacts/<uuid:pk>", views.contact, name="contact"),
    path("contacts/<uuid:pk>/timeline", views.timeline, name="timeline"),
    path("contacts/<uuid:pk>/change", verbs.change, name="change"),
    path("contacts/<uuid:pk>/fields", verbs.fields, name="fields"),
    path("contacts/<uuid:pk>/labels", verbs.label, name="label"),
    path("contacts/<uuid:pk>/lift", verbs.lift, name="lift"),
    path("contacts/<uuid:pk>/delete", verbs.delete, name="delete"),
    path("contacts/<uuid:pk>/addresses", addresses.add, name="address_new"),
    path("contacts/<uuid:pk>/addresses/<uuid:identity_pk>/remove", addresses.remove, name="address_remove"),
    path("contacts/<uuid:pk>/addresses/<uuid:identity_pk>/primary", addresses.make_primary, name="address_primary"),
    path("contacts/<uuid:pk>/merge", merges.merge, name="merge"),
    path("contacts/<uuid:pk>/merges", merges.history, name="merges"),
    path("contacts/<uuid:pk>/merges/<uuid:merge_pk>/apart", merges.apart, name="apart"),
]
