"""Scheduled reports that did not reach somebody, for whoever can do something about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from activity import work
from crm.errors import Conflict
from reports.models import ReportMail, SavedReport

SHOWN = 10


@dataclass(frozen=True)
class Undelivered:
    """name: of the report, empty where it is a colleague's own. words: the mail server's, or why it was not sent."""

    pk: UUID
    name: str
    owner: str
    to: str
    due_at: datetime
    words: str


def mails(actor: Actor) -> "QuerySet[ReportMail]":
    """The newest mail to each, where it was given up: what went out since makes up for it. One's own reports, what one
    may change of those that are shared, and all there are for who runs the workspace."""
    later = ReportMail.objects.filter(recipient=OuterRef("recipient"), for_time__gt=OuterRef("for_time"))
    rows = ReportMail.objects.filter(~Exists(later), workspace=actor.workspace, state=ReportMail.State.DEAD)
    gets = Q(recipient__stopped_at=None, recipient__member__is_active=True, recipient__member__user__is_active=True)
    kept = Q(recipient__schedule__saved__deleted_at=None)
    if not actor.runs_workspace:
        kept &= Q(recipient__schedule__saved__member=actor.id)
        kept &= Q(recipient__schedule__saved__in=SavedReport.objects.visible_to(actor))
    return rows.filter(gets, kept)


def undelivered(actor: Actor) -> Sequence[Undelivered]:
    """One query."""
    if not actor.can_write:
        return ()
    rows = mails(actor).select_related("recipient__member__user", "recipient__schedule__saved__member__user")
    return [_shown(actor, row) for row in rows.order_by("-for_time", "pk")[:SHOWN]]


def _shown(actor: Actor, row: ReportMail) -> Undelivered:
    saved = row.recipient.schedule.saved
    theirs = saved.member_id != actor.id and not saved.shared
    return Undelivered(
        row.pk, "" if theirs else saved.name, str(saved.member.user), str(row.recipient.member.user), row.for_time,
        row.last_error,
    )  # fmt: skip


def send_again(*, actor: Actor, mail: ReportMail) -> None:
    """It has all its tries anew, with the figures of the moment that it goes out at. Raises Conflict."""
    actor.must_write()
    if mail.state != ReportMail.State.DEAD:
        raise Conflict("This mail is on its way already.", code="not_failed")
    work.replay(mail)
