"""Notes as the API shows and takes them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.fields import Id, Moment, Text
from crm.api.params import StrictSerializer
from inbox.composing.models import Note
from inbox.composing.notes import LONGEST

_IDS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "uuid"}}


class NoteShown(serializers.ModelSerializer[Note]):
    """`mentions`: the ids of the users who are named in it."""

    conversation_id = Id(read_only=True)
    author_id = Id(read_only=True, allow_null=True)
    author_name = serializers.CharField(read_only=True)
    mentions = serializers.SerializerMethodField()
    created_at = Moment(read_only=True)

    class Meta:
        model = Note
        fields = ["id", "conversation_id", "body", "author_id", "author_name", "mentions", "created_at"]

    @extend_schema_field(_IDS)
    def get_mentions(self, note: Note) -> list[UUID]:
        return sorted(mention.member_id for mention in note.mentions.all())


class NoteTaken(StrictSerializer):
    """“@” and the whole name of a user mentions them."""

    body = Text(max_length=LONGEST)
