"""Trying again by hand: one thing at once, or all that was given up."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from crm.errors import Conflict
from crm.nudge import nudge
from integrations import processing, pushing
from integrations.models import Connection, InboundEvent, Push


@transaction.atomic
def event(*, actor: Actor, event: InboundEvent) -> None:
    """Handle it once more; one that waits for its next try has it now. What a batch still holds is left to it."""
    actor.must_administer()
    processing.replay(actor=actor, event=event)
    rows = InboundEvent.objects.filter(pk=event.pk, state=InboundEvent.State.WAITING, is_held=False)
    rows.update(due_at=timezone.now())


@transaction.atomic
def push(*, actor: Actor, push: Push) -> None:
    """Send it once more, or now. Raises Conflict where something newer about the same row waits or went out since."""
    actor.must_administer()
    if push.state == Push.State.DONE or _newer_than(push).exists():
        raise Conflict("This, or something newer about the same, was sent already or is about to be.")
    pushing.replay(actor=actor, push=push)
    Push.objects.filter(pk=push.pk, state=Push.State.WAITING).update(due_at=timezone.now())


@transaction.atomic
def all_events(*, actor: Actor, connection: Connection) -> int:
    """Handle once more every event that was given up, and return how many those are."""
    actor.must_administer()
    dead = InboundEvent.objects.filter(connection=connection, state=InboundEvent.State.DEAD)
    count = dead.update(state=InboundEvent.State.WAITING, attempts=0, due_at=timezone.now(), leased_until=None)
    nudge("integrations.tasks.handle")
    return count


@transaction.atomic
def all_pushes(*, actor: Actor, connection: Connection) -> int:
    """Send once more every push that was given up and that nothing newer made needless; how many those are. Raises
    Conflict where one is wished for at this very moment."""
    actor.must_administer()
    newer = Push.objects.filter(
        connection=connection, kind=OuterRef("kind"), subject_id=OuterRef("subject_id"), id__gt=OuterRef("id")
    )
    dead = Push.objects.filter(~Exists(newer), connection=connection, state=Push.State.DEAD)
    try:
        with transaction.atomic():
            count = Push.objects.filter(pk__in=list(dead.values_list("pk", flat=True))).update(
                state=Push.State.WAITING, attempts=0, due_at=timezone.now(), leased_until=None, round=F("round") + 1
            )
    except IntegrityError:
        raise Conflict("Something was sent anew at this very moment. Try again.") from None
    nudge("integrations.tasks.push")
    return count


def _newer_than(push: Push) -> "QuerySet[Push]":
    return Push.objects.filter(
        connection=push.connection_id, kind=push.kind, subject_id=push.subject_id, id__gt=push.pk
    )
