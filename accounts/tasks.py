"""What is cleared away once a day, and the mail that Parley itself sends."""

from datetime import timedelta
from functools import partial
from smtplib import SMTPException

from celery import shared_task
from django.utils import timezone

from accounts import addresses, mail, resetting
from accounts.models import IdempotentRequest, RequestCount
from crm.api.idempotency import KEPT

COUNTS_KEPT = timedelta(hours=1)

# A mail server that does not take a mail now may in a while: after 10, 20, 40… seconds, for about ten minutes.
mailing = partial(
    shared_task, autoretry_for=(OSError, SMTPException), retry_backoff=10, retry_jitter=False, max_retries=6
)


@shared_task
def sweep_idempotent_requests() -> None:
    """Answers that are too old to be replayed, and the counts of minutes long gone."""
    now = timezone.now()
    IdempotentRequest.objects.filter(created_at__lte=now - KEPT).delete()
    RequestCount.objects.filter(minute__lt=now - COUNTS_KEPT).delete()


@mailing()
def send_mail(to: str, subject: str, body: str) -> None:
    mail.send(to=to, subject=subject, body=body)


@mailing()
def send_reset(email: str) -> None:
    resetting.send_link(email)


@mailing()
def send_address_link(user_id: str, to: str) -> None:
    addresses.send_link(user_id, to)
