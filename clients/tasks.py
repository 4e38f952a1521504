"""Nudges for what stands in rows: late rows of clients that went, exports that are old."""

from celery import shared_task

from clients.leaving import exporting, going


@shared_task
def sweep_left() -> None:
    """Once an hour, from the beat."""
    going.look_again()
    exporting.forget_old()
