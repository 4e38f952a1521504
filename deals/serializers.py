"""Deals and stages as the API shows and takes them; field for field MisarMail's, and more."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.fields import Day, Id, Moment, OneOf, OrNull, Shaped, Text, Whole
from crm.api.params import StrictSerializer
from crm.money import LARGEST
from deals import health
from deals.models import Deal, Stage, StageChange
from inbox.serializers.conversations import reached_at

_OPTIONAL: Any = {"required": False, "allow_blank": True, "allow_null": True}


class StageShown(serializers.ModelSerializer[Stage]):
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Stage
        fields = [
            "id", "key", "name", "position", "kind", "probability", "rot_days", "created_at", "updated_at", "version",
        ]  # fmt: skip


class StageChanges(StrictSerializer):
    name = Text(max_length=80)
    kind = OneOf(choices=Stage.Kind.choices, required=False)
    probability = Whole(min_value=0, max_value=100, required=False)
    rot_days = Whole(min_value=1, max_value=3650, required=False, allow_null=True)


class StageTaken(StageChanges):
    key = Shaped(r"[a-z0-9_-]{1,40}", "Use 1 to 40 of a-z, 0-9, - and _.")


class StagePatch(StageChanges):
    position = Whole(min_value=1, max_value=1000, required=False)


class DealShown(serializers.ModelSerializer[Deal]):
    """Of rows that `deals.health.with_health` annotated."""

    lead_email = serializers.SerializerMethodField()
    lead_name = OrNull(source="contact.name")
    stage = serializers.CharField(source="stage.key", read_only=True)
    conversation_id = Id(read_only=True, allow_null=True)
    contact_id = Id(read_only=True)
    client_id = Id(read_only=True, allow_null=True)
    owner = Id(source="owner_id", read_only=True, allow_null=True)
    expected_close_on = Day(read_only=True, allow_null=True)
    health = serializers.ChoiceField(choices=health.ALL, read_only=True)
    health_reason = serializers.SerializerMethodField()
    lost_reason = OrNull()
    stage_since = Moment(read_only=True)
    closed_at = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Deal
        fields = [
            "id", "conversation_id", "lead_email", "lead_name", "stage", "value", "currency", "notes", "created_at",
            "updated_at", "title", "owner", "expected_close_on", "contact_id", "client_id", "health", "health_reason",
            "lost_reason", "stage_since", "closed_at", "version",
        ]  # fmt: skip

    def get_lead_email(self, deal: Deal) -> str | None:
        return reached_at(deal.conversation, "email") if deal.conversation else deal.contact.email or None

    def get_health_reason(self, deal: Deal) -> str:
        return health.reason(deal, timezone.now())


class DealFields(StrictSerializer):
    conversation_id = Id(required=False, allow_null=True)
    contact_id = Id(required=False, allow_null=True)
    title = Text(max_length=300, **_OPTIONAL)
    stage = Text(max_length=40, required=False)
    value = Whole(min_value=0, max_value=LARGEST, required=False)
    currency = Text(max_length=3, required=False)
    notes = Text(max_length=20_000, **_OPTIONAL)
    owner = Id(required=False, allow_null=True)
    expected_close_on = Day(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "owner" in given:
            given["owner_id"] = given.pop("owner")
        return given


class DealTaken(DealFields):
    client_id = Id(required=False, allow_null=True)


class DealChange(DealFields):
    title = Text(max_length=300, required=False)
    lost_reason = Text(max_length=300, **_OPTIONAL)


class MoveTaken(StrictSerializer):
    """before and after: the deal that it goes directly above or below; neither: to the top. version: as read."""

    stage = Text(max_length=40)
    before = Id(required=False, allow_null=True)
    after = Id(required=False, allow_null=True)
    lost_reason = Text(max_length=300, **_OPTIONAL)
    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class StageChangeShown(serializers.ModelSerializer[StageChange]):
    from_stage = serializers.CharField(source="from_stage.key", read_only=True, allow_null=True)
    to_stage = serializers.CharField(source="to_stage.key", read_only=True)
    changed_at = Moment(read_only=True)
    actor = serializers.SerializerMethodField()

    class Meta:
        model = StageChange
        fields = ["id", "from_stage", "to_stage", "value", "currency", "changed_at", "actor"]

    @extend_schema_field({
        "type": "object",
        "properties": {
            "kind": {"type": "string"},
            "id": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]},
            "name": {"type": "string"},
        },
        "required": ["kind", "id", "name"],
    })  # fmt: skip
    def get_actor(self, change: StageChange) -> dict[str, Any]:
        return {"kind": change.actor_kind, "id": change.actor_id, "name": change.actor_name}
