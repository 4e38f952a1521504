"""Nudges for what the desk does by itself. The work stands in rows; a task that is lost loses nothing."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import Letter
from desk.people.letters import send_due

LETTERS_KEPT = timedelta(days=30)


@shared_task
def send_letters() -> None:
    send_due()


@shared_task
def sweep_letters() -> None:
    """What was sent, or could not be, long enough ago that nobody asks any more."""
    kept_since = timezone.now() - LETTERS_KEPT
    Letter.objects.exclude(state=Letter.State.WAITING).filter(created_at__lt=kept_since).delete()
