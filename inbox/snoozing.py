"""Waking what was snoozed, when its time has come."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import system
from inbox.actions import reopen
from inbox.models import Conversation


def wake_due(*, most: int = 200) -> int:
    """Wake conversations whose snooze is over, and return how many."""
    woken = 0
    while woken < most and _wake_one():
        woken += 1
    return woken


@transaction.atomic
def _wake_one() -> bool:
    due = Conversation.objects.filter(status=Conversation.Status.SNOOZED, snoozed_until__lte=timezone.now())
    conversation = (
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("workspace")
        .order_by("snoozed_until")
        .first()
    )
    if conversation is None:
        return False
    reopen(actor=system(conversation.workspace, "snooze"), conversation=conversation, reason="snooze ended")
    return True
