"""Clients and campaigns as the API shows and takes them; field for field MisarMail's."""

from typing import Any

from rest_framework import serializers

from clients.models import Campaign, Client
from crm.api.fields import Id, Moment, OneOf, Text
from crm.api.params import StrictSerializer


class ClientShown(serializers.ModelSerializer[Client]):
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Client
        fields = ["id", "name", "domain", "notes", "created_at", "updated_at"]

    def to_representation(self, instance: Client) -> dict[str, Any]:
        """The notes are the team's own words: empty for the client's people, and for a key that may be in their
        hands."""
        shown = super().to_representation(instance)
        actor = self.context.get("actor")
        return shown if actor is None or actor.on_team else {**shown, "notes": ""}


class ClientTaken(StrictSerializer):
    name = Text(max_length=200)
    domain = Text(max_length=253, allow_blank=True, allow_null=True, required=False)
    notes = Text(max_length=20_000, allow_blank=True, allow_null=True, required=False)


class CampaignShown(serializers.ModelSerializer[Campaign]):
    client_id = Id(read_only=True, allow_null=True)
    sent_at = Moment(read_only=True, allow_null=True)
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    class Meta:
        model = Campaign
        fields = ["id", "name", "subject", "status", "client_id", "sent_at", "created_at", "updated_at"]


class CampaignChange(StrictSerializer):
    name = Text(max_length=200)
    subject = Text(max_length=998, allow_blank=True, allow_null=True, required=False)
    status = OneOf(choices=Campaign.Status.choices, required=False)
    sent_at = Moment(allow_null=True, required=False)


class CampaignTaken(CampaignChange):
    client_id = Id(allow_null=True, required=False)
