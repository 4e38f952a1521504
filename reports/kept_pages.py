"""Saved reports: keeping one, the list of them, and their mails."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from accounts.plans import room
from activity.models import Undo
from clients.pages import PageRequest, page, zone_of
from contacts.verbs import on_to
from crm.errors import Invalid, PlanLacks
from crm.pages.answers import see, sentence, status_of, told, wants_part
from crm.pages.typed import identifier
from reports import failed, registry, retiring, saved, scheduled
from reports.models import Recipient, SavedReport, Schedule
from reports.rendering import kept_query
from reports.rendering import render as answered
from reports.scheduled import MONTHDAYS, When


@require_POST
@page
def keep(request: PageRequest, key: str) -> HttpResponse:
    """Keep the report as its page shows it: `query` is its address, `client` in it the client."""
    report = registry.keyed(key)
    query = kept_query(report, QueryDict(request.POST.get("query", "")[:4000]))
    client = request.client.pk if request.client else None
    answered(request.actor, key, query, client)  # what no filter takes is refused before it is kept
    kept = saved.save(
        actor=request.actor, report=key, name=request.POST.get("name", ""), query=query, client_id=client,
        shared="shared" in request.POST,
    )  # fmt: skip
    return on_to(request, url_of(kept), f"Report “{kept.name}” saved. Find it under Reports.", None)


def url_of(kept: SavedReport) -> str:
    query = QueryDict(kept.query, mutable=True)
    if kept.client_id:
        query["client"] = str(kept.client_id)
    path = reverse("reports:report", args=[kept.report])
    return f"{path}?{query.urlencode()}" if query else path


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    return _listed(request)


def _listed(request: PageRequest) -> HttpResponse:
    rows = SavedReport.objects.visible_to(request.actor).select_related("client", "member__user")
    found = list(rows.prefetch_related("schedules__recipients").order_by("name", "pk"))
    lines = [
        (one, registry.REPORTS.get(one.report), saved.may_change(request.actor, one), _mails(one)) for one in found
    ]
    about = {"lines": lines, "may_share": request.actor.can_write}
    if wants_part(request):
        return render(request, "reports/_kept.html", about)
    return render(request, "reports/kept.html", {**about, "undelivered": failed.undelivered(request.actor)})


def _mails(kept: SavedReport) -> str:
    """How it is sent, in words; empty where it is not."""
    schedule = next(iter(kept.schedules.all()), None)
    if schedule is None:
        return ""
    if schedule.paused:
        return f"Paused: {schedule.paused}"
    getting = sum(one.stopped_at is None for one in schedule.recipients.all())
    return f"{scheduled.in_words(schedule)}, to {getting} {'person' if getting == 1 else 'people'}"


@require_GET
@page
def opened(request: PageRequest, pk: UUID) -> HttpResponse:
    kept = _found(request, pk)
    answered(request.actor, kept.report, kept.query, kept.client_id)  # says what is gone, rather than another report
    return see(url_of(kept))


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    kept = _found(request, pk)
    saved.change(
        actor=request.actor, saved=kept, name=request.POST.get("name", ""), shared="shared" in request.POST
    )  # fmt: skip
    return _answer(request, f"Report “{kept.name}” saved.", None)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    kept = _found(request, pk)
    undo = retiring.delete(actor=request.actor, saved=kept)
    return _answer(request, f"Report “{kept.name}” deleted.", undo)


def _answer(request: PageRequest, words: str, undo: Undo | None) -> HttpResponse:
    """htmx gets the list anew."""
    response = _listed(request) if wants_part(request) else see(reverse("reports:kept"))
    return told(request, response, words, undo=undo.pk if undo else None)


@require_http_methods(["GET", "POST"])
@page
def mails(request: PageRequest, pk: UUID) -> HttpResponse:
    request.actor.must_write()
    kept = _found(request, pk)
    saved.must_own(request.actor, kept)
    if request.method == "GET":
        return render(request, "reports/mails.html", _planned(request, kept))
    when = _when(request)
    members: set[UUID | None] = {identifier(text, "members") for text in request.POST.getlist("members")}
    try:
        scheduled.plan(actor=request.actor, saved=kept, when=when, members={one for one in members if one})
    except (Invalid, PlanLacks) as refusal:
        about = {**_planned(request, kept, when, members), "refusal": sentence(refusal)}
        about["nobody"] = isinstance(refusal, Invalid) and "members" in refusal.fields
        return render(request, "reports/mails.html", about, status=status_of(refusal))
    return told(request, see(reverse("reports:kept")), f"“{kept.name}” will be sent by mail.")


def _when(request: PageRequest) -> When:
    return When(
        every=request.POST.get("every", ""), hour=_number(request, "hour"), weekday=_number(request, "weekday"),
        monthday=_number(request, "monthday"), time_zone=request.POST.get("time_zone", ""),
    )  # fmt: skip


def _number(request: PageRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise Invalid(fields={name: ["Choose one of the numbers that are offered."]})
    return int(text)


def _planned(
    request: PageRequest, kept: SavedReport, when: When | None = None, members: set[UUID | None] | None = None
) -> dict[str, Any]:  # fmt: skip
    """when, members: what was chosen, where it is shown again."""
    schedule = Schedule.objects.filter(saved=kept).prefetch_related("recipients").first()
    member = request.actor.membership
    own = str(zone_of(member)) if member else "UTC"
    getting = {one.member_id: one for one in schedule.recipients.all()} if schedule else {}
    chosen: set[UUID | None] = set(getting) if schedule else {request.actor.id}
    if members is not None:
        chosen = members
    workspace = request.actor.workspace
    return {
        "kept": kept,
        "schedule": schedule,
        "when": when or schedule or Schedule(every="week", hour=8, time_zone=own),
        "everies": Schedule.Every.choices,
        "weekdays": WEEKDAYS.items(),
        "monthdays": MONTHDAYS,
        "hours": range(24),
        "zones": sorted({own, workspace.time_zone, *([schedule.time_zone] if schedule else [])}),
        "people": [_choice(one, chosen, getting) for one in scheduled.offered(request.actor, kept)],
        "room": room(workspace, "scheduled_reports", scheduled.used(workspace)),
    }


def _choice(
    member: Membership, chosen: set[UUID | None], getting: dict[UUID, Recipient]
) -> tuple[Membership, bool, bool]:  # fmt: skip
    """The member, whether they are chosen, whether they stopped it."""
    known = getting.get(member.pk)
    return member, member.pk in chosen, bool(known and known.stopped_at)


@require_POST
@page
def cancel(request: PageRequest, pk: UUID) -> HttpResponse:
    kept = _found(request, pk)
    undo = retiring.cancel(actor=request.actor, saved=kept)
    return on_to(request, reverse("reports:kept"), f"“{kept.name}” is sent to nobody any more.", undo)


@require_POST
@page
def send_again(request: PageRequest, pk: UUID) -> HttpResponse:
    request.actor.must_write()
    mail = get_object_or_404(failed.mails(request.actor), pk=pk)
    failed.send_again(actor=request.actor, mail=mail)
    return told(request, see(reverse("reports:list")), "It is sent again within a minute.")


@require_http_methods(["GET", "POST"])
@page
def stop(request: PageRequest, pk: UUID) -> HttpResponse:
    """For who gets the mail, whichever of their workspaces they look at."""
    mine = Recipient.objects.filter(member__user=request.user)  # type: ignore[misc]
    recipient = get_object_or_404(mine.select_related("schedule__saved"), pk=pk)
    if request.method == "POST":
        scheduled.stop(recipient=recipient)
        recipient.refresh_from_db()
    return render(request, "reports/mail_stop.html", {"recipient": recipient, "kept": recipient.schedule.saved})


def _found(request: PageRequest, pk: UUID) -> SavedReport:
    return get_object_or_404(SavedReport.objects.visible_to(request.actor).select_related("client"), pk=pk)
