"""Sweeps over people. What they do stands in rows."""

from celery import shared_task

from contacts.imports.uploads import forget_old
from contacts.likeness import compare_waiting


@shared_task
def compare() -> None:
    """Every few seconds, from the beat: look for duplicates of whoever is new or changed."""
    while compare_waiting():
        pass


@shared_task
def sweep_uploads() -> None:
    forget_old()
