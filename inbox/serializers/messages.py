"""Messages as the API shows and takes them: `sent_at` stands on those we sent, `received_at` on those we got."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.fields import Moment, OneOf, OrNull, Text
from crm.api.params import StrictSerializer
from inbox.models import Attachment, IntentTag, Message, MessageDelivery
from inbox.serializers.conversations import INTENT_OR_NULL

ATTACHMENT_URL = "/api/v1/crm/attachments/{}"
# A sender's clock may be wrong; but a message of next year would stand on top of the inbox until then.
AHEAD = timedelta(days=1)
MOST_HEADERS = 200


class AttachmentShown(serializers.ModelSerializer[Attachment]):
    url = serializers.SerializerMethodField()
    content_id = OrNull()

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "content_id", "size", "url"]

    def get_url(self, attachment: Attachment) -> str:
        return ATTACHMENT_URL.format(attachment.pk)


class DeliveryShown(serializers.ModelSerializer[MessageDelivery]):
    occurred_at = Moment(read_only=True)

    class Meta:
        model = MessageDelivery
        fields = ["state", "words", "occurred_at"]


@extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "string"}}})
class HeadersShown(serializers.ReadOnlyField):
    """[name, value] each, in their order."""


class MessageShown(serializers.ModelSerializer[Message]):
    """`sent_at` stands on outbound messages only, `received_at` on inbound only; `html` and `headers` where the source
    is asked for."""

    sometimes = ("sent_at", "received_at", "html", "headers")
    sent_at = Moment(source="occurred_at", read_only=True)
    received_at = Moment(source="occurred_at", read_only=True)
    author_name = serializers.SerializerMethodField()
    subject = OrNull()
    intent = serializers.SerializerMethodField()
    delivery = serializers.SerializerMethodField()
    attachments = AttachmentShown(many=True, read_only=True)
    html = OrNull()
    headers = HeadersShown(read_only=True)

    class Meta:
        model = Message
        fields = [
            "id", "direction", "body", "sent_at", "received_at", "subject", "new_text", "author_name", "external_id",
            "attachments", "intent", "delivery", "offline", "html", "headers",
        ]  # fmt: skip

    def get_fields(self) -> dict[str, Any]:
        """All of them for the schema; for an answer, the source only where it was asked for: it is not even read."""
        fields = super().get_fields()
        if "actor" in self.context and not self.context.get("with_source"):
            del fields["html"], fields["headers"]
        return fields

    def to_representation(self, message: Message) -> dict[str, Any]:
        shown = super().to_representation(message)
        del shown["sent_at" if message.direction == Message.Direction.INBOUND else "received_at"]
        return shown

    def get_author_name(self, message: Message) -> str | None:
        """Who wrote it; for what the person wrote without a name of its own, theirs."""
        theirs = message.direction == Message.Direction.INBOUND and message.erased_at is None
        return message.author_name or (message.conversation.contact.name if theirs else "") or None

    @extend_schema_field(INTENT_OR_NULL)
    def get_intent(self, message: Message) -> str | None:
        """What a person said it wants, else the newest judgement."""
        tags: list[IntentTag] = list(message.intent_tags.all())
        said = [tag for tag in tags if tag.made_by == IntentTag.Maker.PERSON]
        return (said or tags)[-1].intent if tags else None

    @extend_schema_field(DeliveryShown(allow_null=True))
    def get_delivery(self, message: Message) -> Any:
        """The last that was heard of it."""
        heard = list(message.deliveries.all())
        return DeliveryShown(heard[-1]).data if heard else None


@extend_schema_field({
    "anyOf": [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "array", "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}},
    ]
})  # fmt: skip
class Headers(serializers.Field[Any, Any, Any, Any]):
    """The headers of a mail: {name: value}, or a list of [name, value] where a name occurs twice."""

    default_error_messages = {
        "invalid": "Send headers as {{name: value}}, or as a list of [name, value].",
        "null": "This may not be null.",
        "many": f"At most {MOST_HEADERS} headers.",
    }

    def to_internal_value(self, data: Any) -> list[tuple[str, str]]:
        pairs = list(data.items()) if isinstance(data, Mapping) else data
        if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
            self.fail("invalid")
        if len(pairs) > MOST_HEADERS:
            self.fail("many")
        return [(name, value) for name, value in pairs]


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)


class MessageTaken(StrictSerializer):
    """Outbound without `sent_at` is sent; everything else is recorded as what was said elsewhere."""

    direction = OneOf(choices=Message.Direction.choices)
    body = Text(allow_blank=True)
    subject = Text(max_length=998, required=False, allow_blank=True, allow_null=True)
    headers = Headers(required=False)
    external_id = Text(max_length=998, required=False)
    sent_at = Moment(required=False)
    received_at = Moment(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        inbound = given["direction"] == Message.Direction.INBOUND
        wrong: dict[str, list[str]] = {}
        other, at = ("sent_at", "received_at") if inbound else ("received_at", "sent_at")
        if other in given:
            wrong[other] = [f"An {given['direction']} message has {at}."]
        if at in given and given[at] > timezone.now() + AHEAD:
            wrong[at] = ["This lies in the future."]
        if not inbound and at not in given:
            wrong |= {
                name: ["Only of a message that was sent elsewhere: give sent_at too, or leave this out."]
                for name in ("external_id", "headers") if name in given
            }  # fmt: skip
        if wrong:
            raise serializers.ValidationError(wrong)
        return given
