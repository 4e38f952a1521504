"""Events as the feed shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from activity.models import Event
from crm.api.fields import Id, Mapped, Moment

_ID = {"type": "string", "format": "uuid"}
_SUBJECT = {
    "type": "object",
    "properties": {"type": {"type": "string"}, "id": _ID},
    "required": ["type", "id"],
}
_ACTOR = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "id": {"anyOf": [_ID, {"type": "null"}]},
        "name": {"type": "string"},
    },
    "required": ["kind", "id", "name"],
}


class EventShown(serializers.ModelSerializer[Event]):
    """`data` holds what the type promises (`activity.types.PAYLOADS`)."""

    id = serializers.CharField(source="sequence", read_only=True)
    created_at = Moment(source="occurred_at", read_only=True)
    client_id = Id(read_only=True, allow_null=True)
    subject = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField()
    data = Mapped(source="payload", read_only=True)  # type: ignore[assignment]  # a field of the answer

    class Meta:
        model = Event
        fields = ["id", "type", "created_at", "client_id", "subject", "actor", "data"]

    @extend_schema_field(_SUBJECT)
    def get_subject(self, event: Event) -> dict[str, Any]:
        return {"type": event.subject_type, "id": event.subject_id}

    @extend_schema_field(_ACTOR)
    def get_actor(self, event: Event) -> dict[str, Any]:
        return {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name}
