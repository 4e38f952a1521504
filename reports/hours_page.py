"""Settings, Working hours."""

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_http_methods

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told
from reports import hours_kept
from reports.hours import DAY_MINUTES
from reports.models import WorkingHours

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@require_http_methods(["GET", "POST"])
@page
def shown(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    if request.method == "GET":
        return render(request, "reports/hours.html", _kept(request))
    try:
        _keep(request)
    except Invalid as refusal:
        errors = {name: " ".join(texts) for name, texts in refusal.fields.items()}
        about = {**_kept(request), **_typed(request), "errors": errors}
        return render(request, "reports/hours.html", about, status=422)
    return told(request, see(reverse("reports:hours")), "Working hours saved. Reports count with them from now on.")


def _kept(request: PageRequest) -> dict[str, Any]:
    kept = WorkingHours.objects.filter(workspace=request.actor.workspace).first()
    hours = hours_kept.as_hours(request.actor.workspace, kept)
    return {
        "days": [(number, name, number in hours.days) for number, name in WEEKDAYS.items()],
        "opens": _written(hours.opens),
        "closes": _written(hours.closes),
        "version": kept.version if kept else "",
        "zone": hours.zone.key,
    }


def _typed(request: PageRequest) -> dict[str, Any]:
    """What stands in the form, where something in it is wrong."""
    days = request.POST.getlist("days")
    typed = {name: request.POST.get(name, "") for name in ("opens", "closes", "version")}
    return {**typed, "days": [(number, name, str(number) in days) for number, name in WEEKDAYS.items()]}


def _keep(request: PageRequest) -> None:
    version = request.POST.get("version", "")
    hours_kept.keep(
        actor=request.actor,
        days=[int(day) for day in request.POST.getlist("days") if day in "0123456" and len(day) == 1],
        opens=_minutes(request.POST.get("opens", ""), "opens"),
        closes=_minutes(request.POST.get("closes", ""), "closes") or DAY_MINUTES,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
    )


def _minutes(text: str, field: str) -> int:
    found = _TIME.fullmatch(text.strip()[:5])
    if found is None:
        raise Invalid(fields={field: ["Write the time like 09:00."]})
    return int(found[1]) * 60 + int(found[2])


def _written(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
