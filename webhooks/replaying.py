"""Telling once more: one delivery, all that failed, or all of a stretch of time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from crm.errors import Conflict
from crm.nudge import nudge
from webhooks.models import Delivery, Endpoint
from webhooks.sending import Said, body_of, say

KEPT = timedelta(days=30)
MOST = 10_000
TEST = "webhook.test"
State = Delivery.State


@transaction.atomic
def replay(*, actor: Actor, delivery: Delivery) -> None:
    """With the same `webhook-id`, whatever became of it before. Raises Conflict where the endpoint is switched off."""
    actor.must_administer()
    _must_be_on(delivery.endpoint)
    _again([delivery.pk])


@transaction.atomic
def replay_all(
    *, actor: Actor, endpoint: Endpoint, since: datetime | None = None, until: datetime | None = None,
    failed_only: bool = True,
) -> int:  # fmt: skip
    """Those that failed, or all, of what happened from `since` to `until`; at most 10,000, the oldest first. Returns
    how many."""
    actor.must_administer()
    _must_be_on(endpoint)
    rows = Delivery.objects.filter(endpoint=endpoint).exclude(state=State.WAITING)
    rows = rows.filter(state=State.DEAD) if failed_only else rows
    rows = rows.filter(created_at__gte=since) if since else rows
    rows = rows.filter(created_at__lt=until) if until else rows
    return _again(list(rows.order_by("created_at", "pk").values_list("pk", flat=True)[:MOST]))


@transaction.atomic
def send_test(*, actor: Actor, endpoint: Endpoint) -> Delivery:
    """Have a delivery of type `webhook.test` sent, as any other. Raises Conflict where the endpoint is switched off."""
    actor.must_administer()
    _must_be_on(endpoint)
    nudge("webhooks.tasks.send")
    return Delivery.objects.create(
        workspace=endpoint.workspace, endpoint=endpoint, type=TEST, due_at=timezone.now()
    )  # fmt: skip


def try_it(*, actor: Actor, endpoint: Endpoint) -> Said:
    """Send such a one here and now, keep nothing of it, and say what came back. No transaction may be open."""
    actor.must_administer()
    test = Delivery(endpoint=endpoint, type=TEST, created_at=timezone.now())
    return say(endpoint, test.message_id, body_of(test))


def forget_old() -> int:
    """What was told, or given up, more than thirty days ago."""
    old = Delivery.objects.exclude(state=State.WAITING).filter(created_at__lt=timezone.now() - KEPT)
    return Delivery.objects.filter(pk__in=old.values("pk")[:MOST]).delete()[0]


def _must_be_on(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise Conflict("This endpoint is switched off: switch it on first.", code="endpoint_off")


def _again(pks: list[UUID]) -> int:
    found = Delivery.objects.filter(pk__in=pks).exclude(state=State.WAITING)
    count = found.update(state=State.WAITING, attempts=0, tries=0, due_at=timezone.now(), leased_until=None)
    nudge("webhooks.tasks.send")
    return count
