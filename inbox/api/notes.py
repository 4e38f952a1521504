"""`/conversations/:id/notes`."""

from typing import Any

from django.db.models import QuerySet

from crm.api.paging import Order, Paging
from crm.api.views import ApiView, Created, Listed
from inbox.composing import notes, thread
from inbox.composing.models import Note
from inbox.models import Conversation
from inbox.serializers.notes import NoteShown, NoteTaken


class Notes(Listed, Created, ApiView):
    """What the team tells itself about a conversation, oldest first. Never sent to the person; refused to a client's
    viewer and to a key bound to one client."""

    noun, nouns = "note", "notes"
    shows = NoteShown
    takes = NoteTaken
    paging = Paging(order=Order("created_at", descending=False))

    def conversation(self) -> Conversation:
        found: Conversation = self.row(Conversation.objects.visible_to(self.actor), "conversation")
        notes.must_be_on_team(self.actor)
        return found

    def rows(self) -> QuerySet[Any]:
        return thread.notes_of(self.actor, self.conversation())

    def create(self, given: dict[str, Any]) -> Note:
        note, _ = notes.write(actor=self.actor, conversation=self.conversation(), body=given["body"])
        return note
