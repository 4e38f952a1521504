from django.urls import path

from desk.people import plan_pages

app_name = "people"

urlpatterns = [
    path("settings/plan", plan_pages.plan, name="plan"),
]
