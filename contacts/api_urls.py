from django.urls import path

from contacts import api

urlpatterns = [
    path("contacts", api.Contacts.as_view()),
    path("contacts/upsert", api.Upsert.as_view()),
    path("contacts/bulk_label", api.BulkLabel.as_view()),
    path("contacts/<str:id>", api.OneContact.as_view()),
    path("contacts/<str:id>/merge", api.MergeInto.as_view()),
    path("contacts/<str:id>/unmerge", api.Unmerge.as_view()),
    path("labels", api.Labels.as_view()),
    path("labels/<str:id>", api.OneLabel.as_view()),
]
