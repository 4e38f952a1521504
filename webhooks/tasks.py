"""Nudges for deliveries, which stand in rows. They speak with outside servers: never part of another sweep."""

from celery import shared_task

from webhooks import replaying, sending


@shared_task
def send() -> None:
    sending.work_off()


@shared_task
def forget_old() -> None:
    replaying.forget_old()
