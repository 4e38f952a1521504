"""Endpoints and deliveries as the API shows and takes them."""

from rest_framework import serializers

from activity.serializers import EventShown
from crm.api.fields import Id, Moment, Several, Text, YesNo
from crm.api.params import StrictSerializer
from webhooks.endpoints import TYPES
from webhooks.models import Attempt, Delivery, Endpoint

_TYPES_HELP = "Types of events; empty for all of them."


class EndpointShown(serializers.ModelSerializer[Endpoint]):
    client_id = Id(read_only=True, allow_null=True)
    failing_since = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Endpoint
        fields = [
            "id", "url", "description", "types", "client_id", "is_active", "off_words", "failing_since", "created_at",
            "updated_at", "version",
        ]  # fmt: skip


class EndpointChange(StrictSerializer):
    url = Text(max_length=2000, required=False)
    description = Text(max_length=200, allow_blank=True, required=False)
    types = Several(child=Text(max_length=60), max_length=len(TYPES), required=False, help_text=_TYPES_HELP)
    is_active = YesNo(required=False)


class EndpointTaken(StrictSerializer):
    url = Text(max_length=2000)
    description = Text(max_length=200, allow_blank=True, required=False)
    types = Several(child=Text(max_length=60), max_length=len(TYPES), required=False, help_text=_TYPES_HELP)
    client_id = Id(required=False, allow_null=True)


class ReplayTaken(StrictSerializer):
    """Which deliveries: of what happened from `since` to before `until`; without `all`, those that failed."""

    since = Moment(required=False, allow_null=True)
    until = Moment(required=False, allow_null=True)
    all = YesNo(required=False)


class NothingTaken(StrictSerializer):
    pass


class AttemptShown(serializers.ModelSerializer[Attempt]):
    created_at = Moment(read_only=True)

    class Meta:
        model = Attempt
        fields = ["id", "status", "words", "milliseconds", "created_at"]


class DeliveryShown(serializers.ModelSerializer[Delivery]):
    """state: waiting, done or dead. message_id: what stands in `webhook-id`."""

    endpoint_id = Id(read_only=True)
    event_id = serializers.CharField(source="event.sequence", read_only=True)
    message_id = serializers.CharField(read_only=True)
    due_at = Moment(read_only=True)
    created_at = Moment(read_only=True)

    class Meta:
        model = Delivery
        fields = [
            "id", "endpoint_id", "event_id", "message_id", "type", "state", "tries", "status", "last_error", "due_at",
            "created_at",
        ]  # fmt: skip


class WholeDelivery(DeliveryShown):
    """With what is sent, and each try."""

    attempts = AttemptShown(source="log", many=True, read_only=True)
    event = EventShown(read_only=True)

    class Meta(DeliveryShown.Meta):
        fields = [*DeliveryShown.Meta.fields, "attempts", "event"]
