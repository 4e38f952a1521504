from django.urls import path

from contacts import verbs, views

app_name = "contacts"

urlpatterns = [
    path("contacts", views.contacts, name="list"),
    path("contacts/choices", views.choices, name="choices"),
    path("contacts/<uuid:pk>", views.contact, name="contact"),
    path("contacts/<uuid:pk>/change", verbs.change, name="change"),
    path("contacts/<uuid:pk>/labels", verbs.label, name="label"),
]
