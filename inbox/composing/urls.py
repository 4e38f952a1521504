from django.urls import path

from inbox.composing.pages import beginning, canned, drafts, notes, presence, replies

urlpatterns = [
    path("inbox/new", beginning.new, name="new"),
    path("inbox/<uuid:pk>/reply", replies.reply, name="reply"),
    path("inbox/<uuid:pk>/draft", drafts.keep, name="draft"),
    path("inbox/<uuid:pk>/notes", notes.write, name="note"),
    path("inbox/<uuid:pk>/since", presence.since, name="since"),
    path("inbox/<uuid:pk>/here", presence.beat, name="here"),
    path("inbox/<uuid:pk>/left", presence.leave, name="left"),
    path("inbox/<uuid:pk>/others", presence.others, name="others"),
    path("inbox/<uuid:pk>/canned", canned.offered, name="canned"),
    path("messages/<uuid:pk>/retry", replies.retry, name="retry"),
    path("messages/<uuid:pk>/state", replies.state_of, name="state"),
    path("settings/replies", canned.replies, name="replies"),
    path("settings/replies/new", canned.new, name="reply_new"),
    path("settings/replies/<uuid:pk>/change", canned.change, name="reply_change"),
    path("settings/replies/<uuid:pk>/delete", canned.delete, name="reply_delete"),
]
