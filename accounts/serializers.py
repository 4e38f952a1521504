"""People as the API shows them."""

from uuid import UUID

from rest_framework import serializers

from accounts.actors import Actor
from accounts.models import Membership
from crm.api.fields import YesNo
from crm.api.params import StrictSerializer


class UserShown(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)

    client_ids = serializers.SerializerMethodField(
        help_text="The clients that they see, of those that you see; null: all there are."
    )

    class Meta:
        model = Membership
        fields = ["id", "name", "email", "role", "is_available", "client_ids"]

    def get_client_ids(self, member: Membership) -> list[UUID] | None:
        """Whoever sees only certain clients is not told that somebody sees more."""
        actor: Actor = self.context["actor"]
        if member.all_clients:
            return None if actor.clients is None else sorted(actor.clients)
        return sorted(access.client_id for access in member.client_access.all() if actor.sees(access.client_id))


class UserChange(StrictSerializer):
    is_available = YesNo()
