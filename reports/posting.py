"""Sending scheduled reports: a row for each mail, made when it is due, sent once it is claimed."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import mail as mails
from accounts.actors import person
from activity.work import Failed, run_outside
from clients.models import Client
from crm.errors import Refusal
from reports.models import Recipient, ReportMail, Schedule
from reports.rendering import Rendered, render
from reports.scheduled import in_words, next_time
from reports.spreadsheet import written

AT_ONCE = 50
MOST_LINES = 50
# nobody waits for it
SECONDS = 600
KEPT = timedelta(days=60)


def work_off() -> int:
    """Send what is due, and return how many mails were tried."""
    while _begin_one():
        pass
    return run_outside(ReportMail, _post, most=AT_ONCE)


@transaction.atomic
def _begin_one() -> bool:
    """Make the mails of one schedule that is due, in the transaction that puts it off to its next time: killed before
    it commits, it is due still. What was missed while nothing ran goes out once."""
    now = timezone.now()
    due = Schedule.objects.filter(paused="", due_at__lte=now).order_by("due_at")
    schedule = due.select_for_update(skip_locked=True, of=("self",)).select_related("saved__member__user").first()
    if schedule is None:
        return False
    why = _why_not(schedule)
    if why:
        Schedule.objects.filter(pk=schedule.pk).update(paused=why)
        return True
    mails = [
        ReportMail(workspace_id=schedule.workspace_id, recipient=one, for_time=schedule.due_at, due_at=now)
        for one in _getting(schedule)
    ]
    ReportMail.objects.bulk_create(mails, ignore_conflicts=True)
    Schedule.objects.filter(pk=schedule.pk).update(due_at=next_time(schedule, now))
    return True


def _why_not(schedule: Schedule) -> str:
    saved, owner = schedule.saved, schedule.saved.member
    if not (owner.is_active and owner.user.is_active):
        return f"{owner.user} has left the workspace. Set it up anew to go on."
    if saved.client_id and not Client.objects.visible_to(person(owner)).filter(pk=saved.client_id).exists():
        return f"{owner.user} has no access to this client any more. Set it up anew to go on."
    return ""


def _getting(schedule: Schedule) -> list[Recipient]:
    rows = schedule.recipients.filter(stopped_at=None, member__is_active=True, member__user__is_active=True)
    return list(rows)


def _post(mail: ReportMail) -> Callable[[], None]:
    """Killed after the mail was taken and before its row says so, it is sent once more, under the same Message-ID."""
    recipient = Recipient.objects.select_related(
        "member__user", "member__workspace", "schedule__saved__member__user"
    ).get(pk=mail.recipient_id)  # fmt: skip
    schedule = recipient.schedule
    if recipient.stopped_at or not (recipient.member.is_active and recipient.member.user.is_active):
        raise Failed("They do not get it any more.")
    saved = schedule.saved
    with timezone.override(ZoneInfo(schedule.time_zone)):
        try:
            rendered = render(person(recipient.member), saved.report, saved.query, saved.client_id, seconds=SECONDS)
        except Refusal as refusal:
            raise Failed(refusal.message) from None
        letter = _letter(mail, recipient, rendered)
    try:
        mails.deliver(letter)
    except mails.NotTaken as refusal:
        raise Failed(str(refusal)) from None
    return _done


def _done() -> None:
    """Nothing is left to do but to mark the row."""


def _letter(mail: ReportMail, recipient: Recipient, rendered: Rendered) -> EmailMultiAlternatives:
    saved = recipient.schedule.saved
    stop = settings.PUBLIC_URL + reverse("reports:mail_stop", args=[recipient.pk])
    context = {
        "saved": saved,
        "rendered": rendered,
        "words": in_words(recipient.schedule),
        "most": MOST_LINES,
        "most_slice": f":{MOST_LINES}",
        "page": settings.PUBLIC_URL + reverse("reports:saved", args=[saved.pk]) if _opens(recipient) else "",
        "stop": stop,
    }
    letter = EmailMultiAlternatives(
        subject=f"{saved.name}: {rendered.report.title}",
        body=render_to_string("reports/mail.txt", context).strip() + "\n",
        to=[recipient.member.user.email],
        headers={
            "Message-ID": f"<report-{mail.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "List-Unsubscribe": f"<{stop}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(render_to_string("reports/mail.html", context), "text/html")
    for sheet in rendered.sheets:
        if sheet.rows:
            name = f"{rendered.report.key}-{sheet.key}-{rendered.chosen.today}.csv"
            letter.attach(name, written(sheet), "text/csv")
    return letter


def _opens(recipient: Recipient) -> bool:
    """Whether the saved report itself is theirs to open, beside what was mailed of it."""
    saved = recipient.schedule.saved
    return type(saved).objects.visible_to(person(recipient.member)).filter(pk=saved.pk).exists()


def forget_old() -> None:
    ReportMail.objects.filter(done_at__lt=timezone.now() - KEPT).delete()
    ReportMail.objects.filter(state=ReportMail.State.DEAD, due_at__lt=timezone.now() - KEPT).delete()
