"""Nudges for the log's readers. What they do stands in rows; a task that is lost loses nothing."""

from celery import shared_task

from activity.consumers import consume_all, retry
from activity.models import EventWork
from activity.restoring import carry_on
from activity.runs import work_off
from activity.undoing import forget_old
from activity.work import run_due
from crm.nudge import nudge


@shared_task
def consume() -> None:
    consume_all()


@shared_task
def sweep() -> None:
    """Every second, from the beat: what no nudge reached, and what is due for another try."""
    carry_on()
    consume_all()
    run_due(EventWork, retry)


@shared_task
def run() -> None:
    """Long work that people started. One that is not done yet leaves the worker to others between its stretches."""
    if work_off():
        nudge("activity.tasks.run")


@shared_task
def sweep_undo() -> None:
    forget_old()
