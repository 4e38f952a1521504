from django.urls import path

from clients import api

urlpatterns = [
    path("clients", api.Clients.as_view()),
    path("clients/<str:id>", api.OneClient.as_view()),
    path("campaigns", api.Campaigns.as_view()),
    path("campaigns/<str:id>", api.OneCampaign.as_view()),
]
