"""The sweeps of reports: mails that are due, links whose time is over."""

from celery import shared_task

from reports import posting, shared


@shared_task
def send() -> None:
    posting.work_off()


@shared_task
def tidy() -> None:
    posting.forget_old()
    shared.end_unfounded()
