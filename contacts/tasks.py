"""Sweeps over people. What they do stands in rows."""

import time

from celery import shared_task

from contacts import membership
from contacts.imports.uploads import forget_old
from contacts.likeness import compare_waiting
from crm.nudge import nudge

AT_MOST_SECONDS = 2


@shared_task
def compare() -> None:
    """Every few seconds, from the beat: look for duplicates of whoever is new or changed. After a large import it goes
    on with the next sweep: other work waits for the worker too."""
    until = time.monotonic() + AT_MOST_SECONDS
    while compare_waiting() and time.monotonic() < until:
        pass


@shared_task
def segments() -> None:
    """Every second, from the beat, and when a segment was made. One of very many contacts leaves the worker to others
    between its stretches."""
    until = time.monotonic() + AT_MOST_SECONDS
    while membership.follow() and time.monotonic() < until:
        pass
    for segment in membership.waiting():
        while not (done := membership.refresh(segment, steps=1)) and time.monotonic() < until:
            pass
        if not done:
            nudge("contacts.tasks.segments")
            return


@shared_task
def sweep_segments() -> None:
    membership.start_over()


@shared_task
def sweep_uploads() -> None:
    forget_old()
