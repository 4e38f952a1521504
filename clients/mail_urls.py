from django.urls import path

from clients import api

urlpatterns = [
    path("campaigns", api.Campaigns.as_view()),
    path("campaigns/<str:id>", api.OneCampaign.as_view()),
]
