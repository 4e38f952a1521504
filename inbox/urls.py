from django.urls import include, path

from inbox import verbs, views
from inbox.pages import bulk, follow_ups, fresh, intents, learning, llm, next_steps, person

app_name = "inbox"

urlpatterns = [
    path("", include("inbox.composing.urls")),
    path("inbox", views.inbox, name="list"),
    path("inbox/<uuid:pk>", views.conversation, name="conversation"),
    path("inbox/<uuid:pk>/close", verbs.close, name="close"),
    path("inbox/<uuid:pk>/reopen", verbs.reopen, name="reopen"),
    path("inbox/<uuid:pk>/snooze", verbs.snooze, name="snooze"),
    path("inbox/<uuid:pk>/assign", verbs.assign, name="assign"),
    path("inbox/<uuid:pk>/intent", verbs.intent, name="intent"),
    path("inbox/<uuid:pk>/read", verbs.read, name="read"),
    path("inbox/<uuid:pk>/unread", verbs.unread, name="unread"),
    path("inbox/<uuid:pk>/settle", verbs.settle, name="settle"),
    path("inbox/fresh", fresh.rows, name="fresh"),
    path("inbox/<uuid:pk>/head", fresh.head, name="head"),
    path("inbox/<uuid:pk>/person", person.pane, name="person"),
    path("inbox/<uuid:pk>/timeline", person.timeline, name="timeline"),
    path("inbox/<uuid:pk>/labels", person.label, name="label"),
    path("inbox/<uuid:pk>/next/snooze", next_steps.snooze, name="next_snooze"),
    path("inbox/<uuid:pk>/next/follow-up", next_steps.follow_up, name="next_follow_up"),
    path("inbox/<uuid:pk>/next/person", next_steps.add_person, name="next_person"),
    path("inbox/<uuid:pk>/next/not-now", next_steps.not_now, name="next_not_now"),
    path("inbox/bulk", bulk.act, name="bulk"),
    path("inbox/bulk/count", bulk.count, name="bulk_count"),
    path("inbox/follow-ups/new", follow_ups.new, name="follow_up_new"),
    path("inbox/follow-ups/of/<uuid:contact_pk>", follow_ups.listed, name="follow_ups"),
    path("inbox/follow-ups/<uuid:pk>/done", follow_ups.done, name="follow_up_done"),
    path("inbox/follow-ups/<uuid:pk>/change", follow_ups.change, name="follow_up_change"),
    path("settings/intents", intents.shown, name="intents"),
    path("settings/intents/change", intents.change, name="intents_change"),
    path("settings/intents/llm", llm.change, name="llm_change"),
    path("settings/intents/llm/try", llm.try_it, name="llm_try"),
    path("settings/intents/models/new", learning.begin, name="model_new"),
    path("settings/intents/models/<uuid:pk>", learning.shown, name="model"),
    path("settings/intents/models/<uuid:pk>/on", learning.switch_on, name="model_on"),
    path("settings/intents/models/<uuid:pk>/off", learning.switch_off, name="model_off"),
    path("settings/intents/models/<uuid:pk>/again", learning.again, name="model_again"),
    path("settings/intents/models/<uuid:pk>/discard", learning.discard, name="model_discard"),
    path("messages/<uuid:pk>/html", views.message_html, name="message_html"),
    path("attachments/<uuid:pk>", views.attachment, name="attachment"),
]
