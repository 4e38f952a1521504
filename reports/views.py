"""The list of reports, and one of them: as a page, and each of its sheets as a file."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from clients.models import Campaign
from clients.pages import PageRequest, page
from crm.errors import NotFound
from crm.pages.answers import see, status_of
from deals import queries
from inbox.channels import Channel
from reports import registry, spans
from reports.base import Chosen, Report, Takes
from reports.choosing import choose
from reports.failed import undelivered
from reports.limits import TookTooLong
from reports.shared import may_share
from reports.sheets import Sheet
from reports.spreadsheet import written


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    return render(request, "reports/list.html", {
        "groups": registry.grouped(), "undelivered": undelivered(request.actor),
    })  # fmt: skip


@require_GET
@page
def shown(request: PageRequest, key: str) -> HttpResponse:
    report = registry.keyed(key)
    if "" in request.GET.values():  # a form sends every field; an address holds what was chosen
        return see(_without_empty(request))
    chosen = choose(report, request.looking, request.GET.dict())
    try:
        sheets = report.sheets(request.looking, chosen)
    except TookTooLong as refusal:
        return _too_long(request, report, chosen, refusal)
    context = {**_context(report, chosen, sheets), **report.shows(request.looking, chosen)}
    return render(request, "reports/report.html", {**context, **_choices(request, report)})


def _too_long(request: PageRequest, report: Report, chosen: Chosen, refusal: TookTooLong) -> HttpResponse:
    """The page with its filters, and shorter times to choose in the place of what it would have said."""
    shorter = [(one.name, _with_span(request, one.key)) for one in spans.shorter(chosen.span, chosen.today)]
    context = {**_context(report, chosen, ()), **_choices(request, report), "too_long": refusal.message}
    offered = shorter if Takes.SPAN in report.takes else ()
    return render(request, "reports/report.html", {**context, "shorter": offered}, status=status_of(refusal))


def _with_span(request: PageRequest, key: str) -> str:
    kept = request.GET.copy()
    for name in ("from", "to"):
        kept.pop(name, None)
    kept["span"] = key
    return f"{request.path}?{kept.urlencode()}"


@require_GET
@page
def spreadsheet(request: PageRequest, key: str) -> HttpResponse:
    """One sheet of the report as a file: the one called `sheet`, else the first."""
    report = registry.keyed(key)
    chosen = choose(report, request.looking, request.GET.dict())
    sheet = _named(report.sheets(request.looking, chosen), request.GET.get("sheet", ""))
    name = content_disposition_header(as_attachment=True, filename=f"{report.key}-{sheet.key}-{chosen.today}.csv")
    headers = {"Content-Disposition": name or ""}
    return HttpResponse(written(sheet), content_type="text/csv; charset=utf-8", headers=headers)


def _named(sheets: Sequence[Sheet], key: str) -> Sheet:
    for sheet in sheets:
        if key in ("", sheet.key):
            return sheet
    raise NotFound("This report has no such table.")


def _context(report: Report, chosen: Chosen, sheets: Sequence[Sheet]) -> dict[str, Any]:
    return {"report": report, "chosen": chosen, "sheets": sheets, "takes": {one.name: True for one in report.takes}}


def _choices(request: PageRequest, report: Report) -> dict[str, Any]:
    """What the filters offer: those that this report takes."""
    actor: Actor = request.looking
    return {
        "shareable": may_share(request.actor, report) and actor.only_client is not None,
        "presets": spans.PRESETS.values(),
        "custom": spans.CUSTOM,
        "owners": queries.owners(actor) if Takes.OWNER in report.takes else (),
        "channels": Channel.choices,
        "campaigns": _campaigns(actor) if Takes.CAMPAIGN in report.takes else (),
    }


def _campaigns(actor: Actor) -> list[Campaign]:
    return list(Campaign.objects.visible_to(actor).select_related("client").order_by("name", "pk"))


def _without_empty(request: PageRequest) -> str:
    kept = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        kept.setlist(name, [value for value in values if value])
    return f"{request.path}?{kept.urlencode()}" if kept.urlencode() else request.path
