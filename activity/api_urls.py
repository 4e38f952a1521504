from django.urls import path

from activity import api

urlpatterns = [path("events", api.Events.as_view())]
