"""One of everything that an address of the API can name."""

from typing import Any

from django.utils import timezone

from accounts.models import Membership, Workspace
from activity.models import Event
from contacts import labels, segments, stop_list
from deals import actions as deals
from deals.stages import lay_out
from inbox import follow_ups
from inbox.messages import File
from tests import cast
from tests.arrivals import ago, write_in
from webhooks import endpoints
from webhooks.models import Delivery, Endpoint


def _delivery(endpoint: Endpoint) -> Delivery:
    event = Event.objects.filter(workspace=endpoint.workspace).latest("sequence")
    return Delivery.objects.create(
        workspace=endpoint.workspace, endpoint=endpoint, event=event, type=event.type, due_at=timezone.now()
    )


def one_of_each(workspace: Workspace, agent: Membership) -> dict[str, str]:
    """The ids, by the noun that the address begins with; and `label_id`."""
    actor = cast.acting(workspace)
    message = write_in(actor, name="Priya Sharma", files=[File("offer.txt", "text/plain", b"Hello")])
    conversation = message.conversation
    rows: dict[str, Any] = {
        "users": agent,
        "clients": cast.a_client(workspace),
        "campaigns": cast.a_campaign(workspace),
        "contacts": conversation.contact,
        "conversations": conversation,
        "attachments": message.attachments.get(),
        "labels": labels.create(actor=actor, name="Hot"),
        "segments": segments.create(actor=actor, name="Active", filters={"status": "active"}),
        "suppressions": stop_list.add(actor=actor, written=["gone@example.com"]).added[0],
        "follow_ups": follow_ups.create(actor=actor, conversation_id=conversation.pk, due_at=ago(hours=1)),
        "deals": deals.create(actor=actor, conversation_id=conversation.pk),
        "stages": lay_out(workspace)[2],
        "webhook_endpoints": (endpoint := endpoints.create(actor=actor, url="http://127.0.0.1:9/")),
        "webhook_deliveries": _delivery(endpoint),
    }
    return {noun: str(row.pk) for noun, row in rows.items()} | {"label_id": str(rows["labels"].pk)}
