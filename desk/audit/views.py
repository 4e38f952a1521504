"""Settings → Audit, for whoever administers: all of the workspace, or the clients they see."""

from collections.abc import Iterator

from django.db.models import Max
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Actor
from activity.exports import exported
from activity.models import Event
from activity.trail import Narrowing, matching, stretch
from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import wants_part
from crm.pages.files import CSV, streamed
from desk.audit import files
from desk.audit.asking import ITSELF, asked, doers, groups
from desk.audit.lines import lines

LENGTH = 50
JSON_LINES = "application/x-ndjson; charset=utf-8"


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    narrowing, chosen = asked(request.actor, request.GET)
    events, more = stretch(request.actor, narrowing, mark=request.GET.get("more", ""), length=LENGTH)
    shown = {"lines": lines(request.actor, events), "more": more, "chosen": chosen}
    if wants_part(request):
        return render(request, "desk/audit/_lines.html", shown)
    offered = {"doers": doers(request.actor), "groups": groups(), "itself": ITSELF}
    return render(request, "desk/audit/page.html", {**shown, **offered})


@require_GET
@page
def export(request: PageRequest) -> StreamingHttpResponse:
    """All that matches as it begins, as `format` says."""
    request.actor.must_administer()
    narrowing, _ = asked(request.actor, request.GET)
    kind = request.GET.get("format", "csv")
    if kind not in ("csv", "jsonl"):
        raise Invalid("Choose CSV or JSON Lines.")
    last = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    exported(request.actor, "events", matching(request.actor, narrowing).filter(sequence__lte=last).count())
    name = f"audit-{timezone.localdate().isoformat()}.{kind}"
    return streamed(request, _pieces(kind, request.actor, narrowing, last), name, CSV if kind == "csv" else JSON_LINES)


def _pieces(kind: str, actor: Actor, narrowing: Narrowing, last: int) -> Iterator[str]:
    if kind == "csv":
        return files.csv(actor, narrowing, last, timezone.get_current_timezone())
    return files.json_lines(actor, narrowing, last)
