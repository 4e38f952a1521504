from django.urls import path

from activity.live import views

urlpatterns = [path("live", views.live, name="live")]
