"""What is cleared away once a day."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import IdempotentRequest, RequestCount
from crm.api.idempotency import KEPT

COUNTS_KEPT = timedelta(hours=1)


@shared_task
def sweep_idempotent_requests() -> None:
    """Answers that are too old to be replayed, and the counts of minutes long gone."""
    now = timezone.now()
    IdempotentRequest.objects.filter(created_at__lte=now - KEPT).delete()
    RequestCount.objects.filter(minute__lt=now - COUNTS_KEPT).delete()
