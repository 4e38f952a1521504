"""Nudges for the inbox's background work."""

from celery import shared_task

from activity.work import run_due
from inbox.models import IntentWork
from inbox.snoozing import wake_due
from inbox.tagging import run


@shared_task
def tag() -> None:
    run_due(IntentWork, run)


@shared_task
def sweep() -> None:
    """Every second, from the beat: messages no nudge reached, and snoozes that are over."""
    run_due(IntentWork, run)
    wake_due()
