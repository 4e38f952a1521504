"""Endpoints and deliveries as the API shows and takes them."""

from rest_framework import serializers

from activity.serializers import EventShown
from crm.api.fields import Id, Moment, OrNull, Several, Text, YesNo
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


class WebhookAttemptShown(serializers.ModelSerializer[Attempt]):
    status = serializers.IntegerField(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)

    class Meta:
        model = Attempt
        fields = ["id", "status", "words", "milliseconds", "created_at"]


class WebhookDeliveryShown(serializers.ModelSerializer[Delivery]):
    """state: waiting, done or dead. message_id: what stands in `webhook-id`."""

    endpoint_id = Id(read_only=True)
    event_id = OrNull(source="event.sequence", default=None)
    message_id = serializers.CharField(read_only=True)
    status = serializers.IntegerField(read_only=True, allow_null=True)
    due_at = Moment(read_only=True)
    created_at = Moment(read_only=True)

    class Meta:
        model = Delivery
        fields = [
            "id", "endpoint_id", "event_id", "message_id", "type", "state", "tries", "status", "last_error", "due_at",
            "created_at",
        ]  # fmt: skip


class WholeWebhookDelivery(WebhookDeliveryShown):
    """With what is sent, and each try."""

    attempts = WebhookAttemptShown(source="log", many=True, read_only=True)
    event = EventShown(read_only=True, allow_null=True)

    class Meta(WebhookDeliveryShown.Meta):
        fields = [*WebhookDeliveryShown.Meta.fields, "attempts", "event"]
