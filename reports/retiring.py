"""Deleting a saved report, ending its mails, ending a shared link: each with its way back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from activity.models import Undo
from activity.undoing import Touched, offer, undoes
from crm.errors import Conflict, NotFound
from crm.versions import write
from reports import scheduled, shared
from reports.models import Recipient, ReportMail, SavedReport, Schedule, SharedReport
from reports.saved import must_own, must_share, taken

DELETED = "reports.saved_deleted"
CANCELLED = "reports.mails_cancelled"
ENDED = "reports.link_ended"
WHEN = ("every", "hour", "time_zone", "weekday", "monthday")
GETS = ("id", "member_id", "stopped_at")
MAIL = ("id", "recipient_id", "for_time", "due_at", "state", "attempts", "leased_until", "last_error")


@transaction.atomic
def delete(*, actor: Actor, saved: SavedReport) -> Undo | None:
    """It is sent to nobody any more."""
    must_own(actor, saved)
    data = {"saved": str(saved.pk), "mails": _taken_off(saved)}
    write(saved, deleted_at=timezone.now())
    return offer(actor, f"Report “{saved.name}” deleted.", kind=DELETED, data=data)


@transaction.atomic
def cancel(*, actor: Actor, saved: SavedReport) -> Undo | None:
    """It stays, but is sent to nobody any more."""
    must_own(actor, saved)
    mails = _taken_off(saved)
    if mails is None:
        return None
    words = f"“{saved.name}” is sent to nobody any more."
    return offer(actor, words, kind=CANCELLED, data={"saved": str(saved.pk), "mails": mails})


@transaction.atomic
def end_link(*, actor: Actor, link: SharedReport) -> Undo | None:
    """From now on it leads nowhere; see `shared.end`."""
    shared.end(actor=actor, shared=link)
    return offer(actor, "The link is ended.", kind=ENDED, data={"link": str(link.pk)})


def _taken_off(saved: SavedReport) -> dict[str, Any] | None:
    """End its mails. Returns what `_sent_again` needs of them; None where there were none."""
    schedule = Schedule.objects.select_for_update().filter(saved=saved).first()
    if schedule is None:
        return None
    kept = {
        "when": {name: getattr(schedule, name) for name in WHEN}, "paused": schedule.paused,
        "due_at": schedule.due_at.isoformat(),
        "recipients": _exactly(schedule.recipients.values(*GETS)), "unsent": _exactly(_unsent(schedule).values(*MAIL)),
    }  # fmt: skip
    schedule.delete()
    return kept


def _exactly(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Times to the microsecond, which JSON of Django's own would round."""
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]


def _unsent(schedule: Schedule) -> "QuerySet[ReportMail]":
    """What is on its way, and what failed last; what came after a failure has made up for it (`failed.mails`)."""
    rows = ReportMail.objects.filter(recipient__schedule=schedule)
    later = rows.filter(recipient=OuterRef("recipient"), for_time__gt=OuterRef("for_time"))
    return rows.filter(Q(state=ReportMail.State.WAITING) | Q(~Exists(later), state=ReportMail.State.DEAD))


@undoes(DELETED)
def _bring_back(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    saved = _of(actor, data)
    if saved.deleted_at is None:
        raise Conflict("This report was brought back already.")
    if saved.shared:
        must_share(actor, saved.client_id)
    try:
        with transaction.atomic():
            write(saved, deleted_at=None)
    except IntegrityError:
        raise taken(saved.name) from None
    if data["mails"]:
        _sent_again(actor, saved, data["mails"])
    return [Touched("saved_report", saved.pk)]


@undoes(CANCELLED)
def _go_on(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    saved = _of(actor, data)
    if saved.deleted_at is not None or Schedule.objects.filter(saved=saved).exists():
        raise Conflict(f"“{saved.name}” was changed since. Nothing was taken back.", code="changed_since")
    if not _sent_again(actor, saved, data["mails"]):
        raise Conflict(f"None of those who got “{saved.name}” may see it any more.", code="nobody_left")
    return [Touched("saved_report", saved.pk)]


@undoes(ENDED)
def _lead_again(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    rows = SharedReport.objects.visible_to(actor).select_for_update(of=("self",)).select_related("client")
    link = rows.filter(pk=data["link"]).first()
    if link is None:
        raise NotFound("There is no such link.")
    shared.lead_again(actor=actor, shared=link)
    return [Touched("shared_report", link.pk)]


def _of(actor: Actor, data: dict[str, Any]) -> SavedReport:
    saved = SavedReport.objects.select_for_update().filter(workspace=actor.workspace, pk=data["saved"]).first()
    if saved is None or not (saved.client_id is None or actor.sees(saved.client_id)):
        raise NotFound("There is no such report any more.")
    must_own(actor, saved)
    return saved


def _sent_again(actor: Actor, saved: SavedReport, mails: dict[str, Any]) -> bool:
    """To those of its readers who may still see it; who had stopped it has it stopped, and what was paused stays so.
    Returns whether there are any."""
    may = scheduled.offered(actor, saved).filter(pk__in=[one["member_id"] for one in mails["recipients"]])
    members = set(may.values_list("pk", flat=True))
    if not members:
        return False
    schedule = scheduled.plan(actor=actor, saved=saved, when=scheduled.When(**mails["when"]), members=members)
    _as_it_was(schedule, mails, members)
    return True


def _as_it_was(schedule: Schedule, mails: dict[str, Any], members: set[UUID]) -> None:
    """Under the ids of before: mails that arrived lead to them, and a worker may be sending one at this moment."""
    workspace = schedule.workspace
    back = [one for one in mails["recipients"] if UUID(one["member_id"]) in members]
    unsent = [one for one in mails["unsent"] if one["recipient_id"] in {each["id"] for each in back}]
    schedule.recipients.all().delete()
    Recipient.objects.bulk_create([Recipient(workspace=workspace, schedule=schedule, **one) for one in back])
    ReportMail.objects.bulk_create([ReportMail(workspace=workspace, **one) for one in unsent])
    Schedule.objects.filter(pk=schedule.pk).update(paused=mails["paused"], due_at=mails["due_at"])
