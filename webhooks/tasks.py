"""Nudges for deliveries, which stand in rows. They speak with outside servers: never part of another sweep."""

from celery import shared_task

from webhooks import fan_out, replaying, sending


@shared_task
def send() -> None:
    """Every second, from the beat."""
    fan_out.read_on()
    sending.work_off()


@shared_task
def forget_old() -> None:
    replaying.forget_old()
