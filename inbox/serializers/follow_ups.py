"""Follow-ups as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from crm.api.fields import Id, Moment, Text, YesNo
from crm.api.params import StrictSerializer
from inbox.models import FollowUp


class FollowUpShown(serializers.ModelSerializer[FollowUp]):
    contact_id = Id(read_only=True)
    conversation_id = Id(read_only=True, allow_null=True)
    client_id = Id(read_only=True, allow_null=True)
    owner = Id(source="owner_id", read_only=True, allow_null=True)
    due_at = Moment(read_only=True)
    done = serializers.SerializerMethodField()
    done_at = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = FollowUp
        fields = [
            "id", "contact_id", "conversation_id", "client_id", "owner", "source", "note", "due_at", "done", "done_at",
            "created_at", "updated_at", "version",
        ]  # fmt: skip

    def get_done(self, follow_up: FollowUp) -> bool:
        return follow_up.done_at is not None


class FollowUpFields(StrictSerializer):
    due_at = Moment()
    note = Text(max_length=20_000, required=False, allow_blank=True, allow_null=True)
    owner = Id(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "owner" in given:
            given["owner_id"] = given.pop("owner")
        return given


class FollowUpTaken(FollowUpFields):
    contact_id = Id(required=False, allow_null=True)
    conversation_id = Id(required=False, allow_null=True)


class FollowUpChange(FollowUpFields):
    done = YesNo(required=False)
