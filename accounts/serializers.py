"""People as the API shows them."""

from rest_framework import serializers

from accounts.models import Membership
from crm.api.fields import YesNo
from crm.api.params import StrictSerializer


class UserShown(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "name", "email", "role", "is_available"]


class UserChange(StrictSerializer):
    is_available = YesNo()
