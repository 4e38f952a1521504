from django.urls import path

from contacts.api import contacts, labels, merging, segments, suppressions

urlpatterns = [
    path("contacts", contacts.Contacts.as_view()),
    path("contacts/upsert", contacts.Upsert.as_view()),
    path("contacts/bulk_label", labels.BulkLabel.as_view()),
    path("contacts/<str:id>", contacts.OneContact.as_view()),
    path("contacts/<str:id>/merge", merging.MergeInto.as_view()),
    path("contacts/<str:id>/unmerge", merging.Unmerge.as_view()),
    path("segments", segments.Segments.as_view()),
    path("segments/<str:id>", segments.OneSegment.as_view()),
    path("suppressions", suppressions.Suppressions.as_view()),
    path("suppressions/<str:id>", suppressions.OneSuppression.as_view()),
    path("labels", labels.Labels.as_view()),
    path("labels/<str:id>", labels.OneLabel.as_view()),
]
