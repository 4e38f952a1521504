"""Nudges for what stands in rows: events to handle, pushes to send, batches to go on with."""

from celery import shared_task

from crm.nudge import nudge
from integrations import batches, processing, pushing, schedule


@shared_task
def handle() -> None:
    if processing.work_off(most=100):
        nudge("integrations.tasks.handle")


@shared_task
def push() -> None:
    pushing.work_off()


@shared_task
def batch() -> None:
    """A few pages, then the worker is for others."""
    if batches.work_off(most=5):
        nudge("integrations.tasks.batch")


@shared_task
def begin_batches() -> None:
    schedule.begin_due()


@shared_task
def forget_old() -> None:
    schedule.forget_old()
