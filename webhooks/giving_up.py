"""Endpoints that Parley switches off by itself, and who is told of it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import mail
from accounts.actors import system
from accounts.models import Membership, Role
from activity.log import record
from activity.types import EventType
from webhooks.endpoints import ENDED, host_of
from webhooks.models import Delivery, Endpoint


def as_asked(endpoint: Endpoint) -> "QuerySet[Endpoint]":
    """Its row, unless it was given another address since it was read: what the old one answers says nothing of it."""
    return Endpoint.objects.filter(pk=endpoint.pk, url=endpoint.url)


@transaction.atomic
def switch_off(endpoint: Endpoint, words: str, *, since: datetime | None = None) -> None:
    """It is not wanted there any more, or has failed `since` then: not where its address was changed, or it did well,
    meanwhile. What waits for it waits no more, and those who look after it are told by mail, once: whoever finds it off
    already tells nobody."""
    rows = as_asked(endpoint).filter(is_active=True)
    if since:
        rows = rows.filter(failing_since=since)
    if not rows.update(is_active=False, off_words=words):
        return
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.DEAD, leased_until=None, last_error=ENDED)
    host = host_of(endpoint.url)
    actor = system(endpoint.workspace, "webhooks")
    record(actor, EventType.ENDPOINT_UPDATED, endpoint, host=host, changed_fields=["is_active"])
    text = render_to_string("webhooks/mail_off.txt", {
        "host": host,
        "description": " ".join(endpoint.description.split()),
        "words": words,
        "page": f"{settings.PUBLIC_URL}{reverse('webhooks:endpoint', args=[endpoint.pk])}",
    })  # fmt: skip
    for member in _who_look_after(endpoint):
        mail.tell(member, subject=f"The webhook to {host} was switched off"[:200], body=text)


def _who_look_after(endpoint: Endpoint) -> "QuerySet[Membership]":
    """The owners and admins who see it: of an endpoint of one client, those of this client too."""
    sees = Q(all_clients=True)
    if endpoint.client_id:
        sees |= Q(pk__in=Membership.objects.filter(client_access__client=endpoint.client_id).values("pk"))
    members = Membership.objects.filter(sees, workspace=endpoint.workspace_id, role__in=[Role.OWNER, Role.ADMIN])
    return members.filter(is_active=True, user__is_active=True).select_related("user").order_by("pk")
