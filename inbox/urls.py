from django.urls import path

from inbox import verbs, views
from inbox.pages import follow_ups

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
    path("inbox/follow-ups/new", follow_ups.new, name="follow_up_new"),
    path("inbox/follow-ups/of/<uuid:contact_pk>", follow_ups.listed, name="follow_ups"),
    path("inbox/follow-ups/<uuid:pk>/done", follow_ups.done, name="follow_up_done"),
    path("inbox/follow-ups/<uuid:pk>/change", follow_ups.change, name="follow_up_change"),
    path("messages/<uuid:pk>/html", views.message_html, name="message_html"),
    path("attachments/<uuid:pk>", views.attachment, name="attachment"),
]
