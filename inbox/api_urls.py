from django.urls import path

from inbox.api import conversations, erasure, follow_ups, messages, notes

urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/<str:id>", conversations.OneConversation.as_view()),
    path("conversations/<str:id>/labels", conversations.ConversationLabels.as_view()),
    path("conversations/<str:id>/labels/<str:label_id>", conversations.ConversationLabel.as_view()),
    path("conversations/<str:id>/messages", messages.Messages.as_view()),
    path("conversations/<str:id>/notes", notes.Notes.as_view()),
    path("attachments/<str:id>", messages.AttachmentFile.as_view()),
    path("follow_ups", follow_ups.FollowUps.as_view()),
    path("follow_ups/<str:id>", follow_ups.OneFollowUp.as_view()),
    path("contacts/<str:id>/erase", erasure.Erase.as_view()),
]
