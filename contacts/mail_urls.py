from django.urls import path

from contacts.api import contacts

urlpatterns = [
    path("contacts", contacts.Contacts.as_view()),
    path("contacts/<str:id>", contacts.OneContact.as_view()),
]
