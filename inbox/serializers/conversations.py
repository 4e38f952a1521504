"""Conversations as the API shows and takes them; field for field MisarMail's, and more."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts.addresses import EMAIL, PHONE
from contacts.serializers import LabelShown
from crm.api.fields import Email, Id, Moment, OneOf, OrNull, Text, YesNo
from crm.api.params import StrictSerializer
from inbox.channels import Channel
from inbox.models import INTENTS, Conversation

_OPTIONAL: Any = {"required": False, "allow_blank": True, "allow_null": True}
INTENT_OR_NULL = {"type": ["string", "null"], "enum": [*(key for key, _ in INTENTS), None]}


class ConversationShown(serializers.ModelSerializer[Conversation]):
    lead_email = serializers.SerializerMethodField()
    lead_phone = serializers.SerializerMethodField()
    lead_name = OrNull(source="contact.name")
    campaign_id = Id(read_only=True, allow_null=True)
    client_id = Id(read_only=True, allow_null=True)
    contact_id = Id(read_only=True)
    assigned_to = Id(source="assignee_id", read_only=True, allow_null=True)
    intent = serializers.SerializerMethodField()
    intent_confidence = serializers.FloatField(source="intent_tag.confidence", allow_null=True, read_only=True)
    intent_evidence = OrNull(source="intent_tag.evidence")
    subject = OrNull()
    last_message = serializers.SerializerMethodField()
    last_message_at = Moment(read_only=True, allow_null=True)
    unread = serializers.SerializerMethodField()
    labels = LabelShown(many=True, read_only=True)
    snoozed_until = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Conversation
        fields = [
            "id", "lead_email", "lead_name", "channel", "campaign_id", "contact_id", "status", "intent", "last_message",
            "last_message_at", "created_at", "lead_phone", "client_id", "assigned_to", "snoozed_until", "labels",
            "unread", "unread_count", "turn", "needs_look", "intent_confidence", "intent_evidence", "subject",
            "external_id", "updated_at", "version", "message_count",
        ]  # fmt: skip

    def get_lead_email(self, conversation: Conversation) -> str | None:
        return reached_at(conversation, EMAIL)

    def get_lead_phone(self, conversation: Conversation) -> str | None:
        return reached_at(conversation, PHONE)

    @extend_schema_field(INTENT_OR_NULL)
    def get_intent(self, conversation: Conversation) -> str | None:
        return conversation.intent or None

    def get_last_message(self, conversation: Conversation) -> str | None:
        return conversation.last_message if conversation.last_message_at else None

    def get_unread(self, conversation: Conversation) -> bool:
        return conversation.unread_count > 0


def reached_at(conversation: Conversation, kind: str) -> str | None:
    """The address that the conversation runs on, where it is of this kind; else the person's."""
    if conversation.identity and conversation.identity.kind == kind:
        return conversation.identity.value
    return getattr(conversation.contact, kind) or None


class ConversationTaken(StrictSerializer):
    channel = OneOf(choices=Channel.choices)
    contact_id = Id(required=False, allow_null=True)
    lead_email = Email(**_OPTIONAL)
    lead_phone = Text(max_length=60, **_OPTIONAL)
    lead_name = Text(max_length=300, **_OPTIONAL)
    campaign_id = Id(required=False, allow_null=True)
    client_id = Id(required=False, allow_null=True)
    external_id = Text(max_length=500, required=False)
    subject = Text(max_length=998, **_OPTIONAL)


class ConversationChange(StrictSerializer):
    """snoozed_until: with the status `snoozed`, or alone; null wakes. turn: `nobody` says that no reply is needed."""

    status = OneOf(choices=Conversation.Status.choices, required=False)
    snoozed_until = Moment(required=False, allow_null=True)
    intent = OneOf(choices=INTENTS, required=False)
    assigned_to = Id(required=False, allow_null=True)
    unread = YesNo(required=False)
    turn = OneOf(choices=[Conversation.Turn.NOBODY.value], required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        snoozed = Conversation.Status.SNOOZED
        if given.get("snoozed_until") and given.get("status", snoozed) != snoozed:
            raise serializers.ValidationError({"snoozed_until": ["Only with the status snoozed."]})
        return given
