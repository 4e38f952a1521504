"""People and labels as the API shows and takes them; field for field MisarMail's, as each of its editions spells it."""

from typing import Any

from rest_framework import serializers

from contacts.addresses import EMAIL, PHONE
from contacts.editing import first_and_last
from contacts.models import Contact, Label, Segment, Suppression
from crm.api.fields import Email, Id, Mapped, Moment, OneOf, OrNull, Several, Shaped, Text
from crm.api.params import StrictSerializer

_OPTIONAL: Any = {"required": False, "allow_blank": True, "allow_null": True}
# The same field under each of its names; the first is ours.
SPELLINGS = {
    "first_name": ("first_name", "firstName"),
    "last_name": ("last_name", "lastName"),
    "custom_fields": ("custom_fields", "customFields", "metadata"),
}


class LabelShown(serializers.ModelSerializer[Label]):
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Label
        fields = ["id", "name", "colour", "created_at", "updated_at", "version"]


class LabelTaken(StrictSerializer):
    name = Text(max_length=60)
    colour = Shaped(r"#[0-9a-fA-F]{6}", "Send a colour such as #6b7280.", required=False)


class LabelChoice(StrictSerializer):
    """One label: by its id, or by its name."""

    label_id = Id(required=False)
    label = Text(max_length=60, required=False)  # type: ignore[assignment]  # a field of the body

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("label_id" in given) == ("label" in given):
            raise serializers.ValidationError("Say which label: send either label_id or label.")
        return given


class BulkLabelTaken(LabelChoice):
    contact_ids = Several(child=Id(), min_length=1, max_length=1000)
    operation = OneOf(choices=["attach", "detach"])


class SuppressionShown(serializers.ModelSerializer[Suppression]):
    client_id = Id(read_only=True, allow_null=True)
    address = serializers.CharField(source="value", read_only=True)
    created_at = Moment(read_only=True)

    class Meta:
        model = Suppression
        fields = ["id", "kind", "address", "reason", "client_id", "created_at"]


class SuppressionTaken(StrictSerializer):
    """One address: an e-mail address or a phone number."""

    email = Text(max_length=320, required=False)
    phone = Text(max_length=60, required=False)
    reason = Text(max_length=300, allow_blank=True, required=False)
    client_id = Id(allow_null=True, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("email" in given) == ("phone" in given):
            raise serializers.ValidationError("Say which address: send either email or phone.")
        return given


class SegmentShown(serializers.ModelSerializer[Segment]):
    client_id = Id(read_only=True, allow_null=True)
    filters = Mapped(read_only=True)
    count = serializers.IntegerField(source="member_count", read_only=True)
    refreshed_at = Moment(read_only=True, allow_null=True, help_text="Null: its members are still being found.")
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Segment
        fields = ["id", "name", "filters", "count", "client_id", "refreshed_at", "created_at", "updated_at", "version"]


class SegmentChange(StrictSerializer):
    name = Text(max_length=100, required=False)
    filters = Mapped(required=False, help_text="As the list of contacts takes them: {name: text}.")


class SegmentTaken(SegmentChange):
    name = Text(max_length=100)
    filters = Mapped(help_text="As the list of contacts takes them: {name: text}.")
    client_id = Id(required=False, allow_null=True)


class ContactShown(serializers.ModelSerializer[Contact]):
    email = OrNull()
    phone = OrNull()
    first_name = serializers.SerializerMethodField()
    last_name = serializers.SerializerMethodField()
    firstName = serializers.SerializerMethodField("get_first_name")  # noqa: N815 - MisarMail's
    lastName = serializers.SerializerMethodField("get_last_name")  # noqa: N815 - MisarMail's
    emails = serializers.SerializerMethodField()
    phones = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    customFields = Mapped(source="custom_fields", read_only=True)  # noqa: N815 - MisarMail's
    metadata = Mapped(source="custom_fields", read_only=True)
    owner = Id(source="owner_id", read_only=True, allow_null=True)
    client_id = Id(read_only=True, allow_null=True)
    last_activity_at = Moment(read_only=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Contact
        fields = [
            "id", "email", "firstName", "lastName", "status", "tags", "customFields", "created_at",
            "first_name", "last_name", "metadata", "name", "phone", "emails", "phones", "company", "owner", "source",
            "client_id", "last_activity_at", "updated_at", "version",
        ]  # fmt: skip

    def get_first_name(self, contact: Contact) -> str:
        return first_and_last(contact.name)[0]

    def get_last_name(self, contact: Contact) -> str:
        return first_and_last(contact.name)[1]

    def get_tags(self, contact: Contact) -> list[str]:
        return [label.name for label in contact.labels.all()]

    def get_emails(self, contact: Contact) -> list[str]:
        return self._addresses(contact, EMAIL)

    def get_phones(self, contact: Contact) -> list[str]:
        return self._addresses(contact, PHONE)

    def _addresses(self, contact: Contact, kind: str) -> list[str]:
        """All of this kind, the primary one first."""
        found = [identity.value for identity in contact.identities.all() if identity.kind == kind]
        return sorted(found, key=lambda value: value != getattr(contact, kind))


class ContactChange(StrictSerializer):
    name = Text(max_length=300, **_OPTIONAL)
    first_name = Text(max_length=150, **_OPTIONAL)
    last_name = Text(max_length=149, **_OPTIONAL)
    firstName = Text(max_length=150, **_OPTIONAL)  # noqa: N815 - MisarMail's
    lastName = Text(max_length=149, **_OPTIONAL)  # noqa: N815 - MisarMail's
    email = Email(**_OPTIONAL)
    phone = Text(max_length=60, **_OPTIONAL)
    company = Text(max_length=300, **_OPTIONAL)
    custom_fields = Mapped(required=False)
    customFields = Mapped(required=False)  # noqa: N815 - MisarMail's
    metadata = Mapped(required=False)
    tags = Several(child=Text(max_length=60), max_length=100, required=False)
    owner = Id(required=False, allow_null=True)
    status = OneOf(choices=Contact.Status.choices, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Under our own names: the halves of a name stay halves, since a change may bring only one."""
        for ours, names in SPELLINGS.items():
            _one_spelling(given, ours, [name for name in names if name in given])
        if "name" in given and ("first_name" in given or "last_name" in given):
            raise serializers.ValidationError({"name": ["Send the name whole or in its two halves, not both."]})
        if "owner" in given:
            given["owner_id"] = given.pop("owner")
        return given


def _one_spelling(given: dict[str, Any], ours: str, names: list[str]) -> None:
    if len(names) > 1:
        raise serializers.ValidationError({names[1]: [f"This is the same as {names[0]}: say it once."]})
    for name in names:
        given[ours] = given.pop(name)


class ContactTaken(ContactChange):
    source = Text(max_length=60, **_OPTIONAL)  # type: ignore[assignment]  # a field of the body
    client_id = Id(required=False, allow_null=True)


class MergeTaken(StrictSerializer):
    contact_id = Id(help_text="Who is joined into the one that the address names.")


class UnmergeTaken(StrictSerializer):
    merge_id = Id(required=False, help_text="Without it, the newest.")


class NothingTaken(StrictSerializer):
    pass
