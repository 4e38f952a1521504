"""The API's addresses. Each room lists its own in `<room>/api_urls.py`; all stand under both of MisarMail's bases."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from crm.api.docs import Docs, SchemaDocument
from crm.api.views import NoSuchAddress

ROOMS = ["accounts", "activity", "clients", "contacts", "inbox", "deals", "webhooks"]

rooms: list[URLPattern | URLResolver] = [path("", include(f"{room}.api_urls")) for room in ROOMS]
# MisarMail keeps contacts and campaigns beside its CRM, not in it: its own client asks for them there.
beside: list[URLPattern | URLResolver] = [path("", include(f"{room}.mail_urls")) for room in ("clients", "contacts")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/crm/", include(rooms)),
    path("mail/v1/crm/", include(rooms)),
    path("api/v1/", include(beside)),
    path("mail/v1/", include(beside)),
    path("api/schema", SchemaDocument.as_view(), name="api_schema"),
    path("api/docs", Docs.as_view(), name="api_docs"),
    re_path(r"^(api|mail/v1)(/.*)?$", NoSuchAddress.as_view()),
]
