"""Mail that Parley itself sends to people: written from templates, sent by a worker."""

from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Letter, Membership
from crm.nudge import nudge

PERMANENT = range(500, 600)  # replies of a mail server that will not change its mind (RFC 5321, 4.2.1)


def written(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject, in one line, and the body of `<template>_subject.txt` and `<template>_message.txt`."""
    subject = render_to_string(f"{template}_subject.txt", context)
    body = render_to_string(f"{template}_message.txt", context)
    return " ".join(subject.split()), body.strip() + "\n"


def post(*, to: str, subject: str, body: str) -> None:
    """Let a worker send it once the transaction commits. Nothing secret may stand in it: it waits with the broker."""
    nudge("accounts.tasks.send_mail", to, subject, body)


def tell(member: Membership, *, subject: str, body: str) -> None:
    """Tell the member by mail, in the caller's transaction: a row, so that nothing that breaks loses it. Nothing secret
    may stand in it."""
    Letter.objects.create(
        workspace_id=member.workspace_id, member=member, kind=Letter.Kind.NOTICE, to=member.user.email,
        subject=subject, body=body, due_at=timezone.now(),
    )  # fmt: skip
    nudge("desk.tasks.send_letters")


class NotTaken(Exception):
    """The mail server will never take mail for this address, in its own words."""


def send(*, to: str, subject: str, body: str) -> None:
    """Raises OSError or SMTPException where the mail server does not take it."""
    EmailMessage(subject=subject, body=body, to=[to]).send()


def deliver(message: EmailMessage) -> None:
    """To its one address. Raises NotTaken, and as `send` where it is worth another try."""
    try:
        message.send()
    except SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        if code not in PERMANENT:
            raise
        text = words.decode(errors="replace")
        raise NotTaken(f"The mail server does not take mail for this address: {code} {text}") from None
