from django.urls import path

from deals import api

urlpatterns = [
    path("deals", api.Deals.as_view()),
    path("deals/<str:id>", api.OneDeal.as_view()),
    path("deals/<str:id>/move", api.Move.as_view()),
    path("deals/<str:id>/history", api.History.as_view()),
    path("stages", api.Stages.as_view()),
    path("stages/<str:id>", api.OneStage.as_view()),
]
