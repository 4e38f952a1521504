"""Sweeps over people. What they do stands in rows."""

import time

from celery import shared_task

from contacts.imports.uploads import forget_old
from contacts.likeness import compare_waiting

AT_MOST_SECONDS = 2


@shared_task
def compare() -> None:
    """Every few seconds, from the beat: look for duplicates of whoever is new or changed. After a large import it goes
    on with the next sweep: other work waits for the worker too."""
    until = time.monotonic() + AT_MOST_SECONDS
    while compare_waiting() and time.monotonic() < until:
        pass


@shared_task
def sweep_uploads() -> None:
    forget_old()
