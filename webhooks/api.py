"""`/webhook_endpoints` and `/webhook_deliveries`: for whoever administers."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from contacts.serializers import NothingTaken
from crm.api.idempotency import once
from crm.api.paging import Paging
from crm.api.requests import ApiRequest
from crm.api.views import ApiView, Changed, Created, Deleted, Listed, Read, Verb
from webhooks import endpoints, replaying
from webhooks.filters import DeliveryFilters
from webhooks.models import Delivery, Endpoint
from webhooks.serializers import (
    EndpointChange,
    EndpointShown,
    EndpointTaken,
    ReplayTaken,
    WebhookDeliveryShown,
    WholeWebhookDelivery,
)


class EndpointView(ApiView):
    """Addresses that are told what happens, signed by Standard Webhooks 1.0."""

    noun, nouns = "webhook_endpoint", "webhook_endpoints"
    shows = EndpointShown

    def rows(self) -> QuerySet[Any]:
        endpoints.must_oversee(self.actor)
        return Endpoint.objects.visible_to(self.actor).defer("secrets")


class Endpoints(Listed, Created, EndpointView):
    takes = EndpointTaken
    paging = Paging(default=100)

    def create(self, given: dict[str, Any]) -> Endpoint:
        return endpoints.create(actor=self.actor, **given)


class OneEndpoint(Read, Changed, Deleted, EndpointView):
    takes_change = EndpointChange

    def change(self, row: Endpoint, given: dict[str, Any]) -> None:
        endpoints.change(actor=self.actor, endpoint=row, **given)

    def remove(self, row: Endpoint) -> None:
        endpoints.delete(actor=self.actor, endpoint=row)


class EndpointSecret(EndpointView):
    """GET: what deliveries are signed with. POST: another one; for 24 hours the old one signs as well."""

    answers = {"GET": {"secret": {"type": "string"}}, "POST": {"success": {"type": "boolean"}}}

    def get(self, request: ApiRequest, **named: str) -> Response:
        secret = endpoints.secret_of(actor=self.actor, endpoint=self.row())
        return Response({"success": True, "secret": secret})

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    @once
    def post(self, request: ApiRequest, **named: str) -> Response:
        """The answer, which is kept for whoever asks again, holds no secret: GET has it."""
        self.given(NothingTaken)
        endpoints.renew_secret(actor=self.actor, endpoint=self.row())
        return Response({"success": True})


class TestEndpoint(Verb, EndpointView):
    """POST: send a delivery of type webhook.test. What came of it stands under `/webhook_deliveries/:id`."""

    takes = NothingTaken
    answers = {"POST": {"webhook_delivery": WebhookDeliveryShown}}

    def act(self, row: Endpoint, given: dict[str, Any]) -> Mapping[str, Any]:
        return {"webhook_delivery": WebhookDeliveryShown(replaying.send_test(actor=self.actor, endpoint=row)).data}


class ReplayEndpoint(Verb, EndpointView):
    """POST: deliver again what failed, or all of a stretch of time."""

    takes = ReplayTaken
    answers = {"POST": {"replayed": {"type": "integer"}}}

    def act(self, row: Endpoint, given: dict[str, Any]) -> Mapping[str, Any]:
        failed_only = not given.get("all", False)
        count = replaying.replay_all(
            actor=self.actor, endpoint=row, since=given.get("since"), until=given.get("until"), failed_only=failed_only
        )
        return {"replayed": count}


class DeliveryView(ApiView):
    """What endpoints were told, newest first; kept for thirty days."""

    noun, nouns = "webhook_delivery", "webhook_deliveries"
    shows = WebhookDeliveryShown

    def rows(self) -> QuerySet[Any]:
        endpoints.must_oversee(self.actor)
        return Delivery.objects.visible_to(self.actor).select_related("event")


class Deliveries(Listed, DeliveryView):
    filters = DeliveryFilters


class OneDelivery(Read, DeliveryView):
    shows = WholeWebhookDelivery

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("log")


class ReplayDelivery(Verb, DeliveryView):
    """POST: deliver it again, under the same webhook-id."""

    takes = NothingTaken
    locks = False

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("event", "endpoint").defer("endpoint__secrets")

    def act(self, row: Delivery, given: dict[str, Any]) -> None:
        replaying.replay(actor=self.actor, delivery=row)
