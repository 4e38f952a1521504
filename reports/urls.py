from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("reports", views.listed, name="list"),
    path("reports/<slug:key>", views.shown, name="report"),
    path("reports/<slug:key>.csv", views.spreadsheet, name="csv"),
]
