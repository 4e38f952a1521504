from django.urls import path

from reports import hours_page, kept_pages, shared_pages, views

app_name = "reports"

urlpatterns = [
    path("settings/hours", hours_page.shown, name="hours"),
    path("reports", views.listed, name="list"),
    path("reports/saved", kept_pages.listed, name="kept"),
    path("reports/saved/<uuid:pk>", kept_pages.opened, name="saved"),
    path("reports/saved/<uuid:pk>/change", kept_pages.change, name="saved_change"),
    path("reports/saved/<uuid:pk>/delete", kept_pages.delete, name="saved_delete"),
    path("reports/saved/<uuid:pk>/mails", kept_pages.mails, name="mails"),
    path("reports/saved/<uuid:pk>/mails/cancel", kept_pages.cancel, name="mails_cancel"),
    path("reports/mails/<uuid:pk>/again", kept_pages.send_again, name="mail_again"),
    path("reports/mails/<uuid:pk>/stop", kept_pages.stop, name="mail_stop"),
    path("reports/links", shared_pages.listed, name="links"),
    path("reports/links/<uuid:pk>/end", shared_pages.end, name="link_end"),
    path("shared/reports/<str:token>", shared_pages.read, name="public"),
    path("shared/reports/<str:token>/<slug:sheet>.csv", shared_pages.spreadsheet, name="public_csv"),
    path("reports/<slug:key>/keep", kept_pages.keep, name="keep"),
    path("reports/<slug:key>/share", shared_pages.share, name="share"),
    path("reports/<slug:key>", views.shown, name="report"),
    path("reports/<slug:key>.csv", views.spreadsheet, name="csv"),
]
