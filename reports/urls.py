from django.urls import path

from reports import hours_page, views

app_name = "reports"

urlpatterns = [
    path("settings/hours", hours_page.shown, name="hours"),
    path("reports", views.listed, name="list"),
    path("reports/<slug:key>", views.shown, name="report"),
    path("reports/<slug:key>.csv", views.spreadsheet, name="csv"),
]
