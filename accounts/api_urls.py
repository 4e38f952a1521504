from django.urls import path

from accounts import api

urlpatterns = [
    path("users", api.Users.as_view()),
    path("users/<str:id>", api.OneUser.as_view()),
]
