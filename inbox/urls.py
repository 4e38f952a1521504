from django.urls import path

from inbox import verbs, views

app_name = "inbox"

urlpatterns = [
    path("inbox", views.inbox, name="list"),
    path("inbox/<uuid:pk>", views.conversation, name="conversation"),
    path("inbox/<uuid:pk>/reply", verbs.reply, name="reply"),
    path("inbox/<uuid:pk>/close", verbs.close, name="close"),
    path("inbox/<uuid:pk>/reopen", verbs.reopen, name="reopen"),
    path("inbox/<uuid:pk>/snooze", verbs.snooze, name="snooze"),
    path("inbox/<uuid:pk>/assign", verbs.assign, name="assign"),
    path("inbox/<uuid:pk>/intent", verbs.intent, name="intent"),
    path("inbox/<uuid:pk>/read", verbs.read, name="read"),
    path("inbox/<uuid:pk>/unread", verbs.unread, name="unread"),
    path("inbox/<uuid:pk>/settle", verbs.settle, name="settle"),
    path("messages/<uuid:pk>/html", views.message_html, name="message_html"),
    path("attachments/<uuid:pk>", views.attachment, name="attachment"),
]
