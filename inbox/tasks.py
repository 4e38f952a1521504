"""Nudges for the inbox's background work."""

from celery import shared_task

from inbox import tagging
from inbox.intents.learning import making
from inbox.snoozing import wake_due


@shared_task
def tag() -> None:
    tagging.work_off()


@shared_task
def ask() -> None:
    """Speaks with outside services, which may be slow: never part of the sweep."""
    tagging.ask_off()


@shared_task
def learn() -> None:
    """Takes a minute: never part of the sweep."""
    making.work_off()


@shared_task
def sweep() -> None:
    """Every second, from the beat: messages no nudge reached, and snoozes that are over."""
    tagging.work_off()
    wake_due()
