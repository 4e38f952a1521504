from django.urls import path

from integrations.quickreply import doors

urlpatterns = [
    path("crm/create", doors.create),
    path("crm/fetch", doors.fetch),
    path("crm/update/<str:lead_id>", doors.update),
]
