"""From the event log to deliveries: each event becomes a row for each endpoint that wants it, once."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from activity.consumers import reaction
from activity.models import Event
from activity.types import TEAM_ONLY
from crm.nudge import nudge
from webhooks.endpoints import TYPES
from webhooks.models import Delivery, Endpoint


@reaction("fan_out_webhooks", *TYPES, title="Tell webhook endpoints what happened here", switchable=False)
def fan_out(event: Event, actor: Actor) -> None:
    now = timezone.now()
    told = Delivery.objects.bulk_create(
        [
            Delivery(
                workspace_id=event.workspace_id, endpoint_id=endpoint, event=event, type=event.type, due_at=now
            )
            for endpoint in _hearing(event)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if told:
        nudge("webhooks.tasks.send")


def _hearing(event: Event) -> list[UUID]:
    """The workspace's own endpoints, and those of the event's client. What is the team's alone is no client's."""
    sides = Q(client=None)
    if event.client_id and event.type not in TEAM_ONLY:
        sides |= Q(client=event.client_id)
    rows = Endpoint.objects.filter(sides, workspace=event.workspace_id, is_active=True)
    return list(rows.filter(Q(types=[]) | Q(types__contains=[event.type])).values_list("pk", flat=True))
