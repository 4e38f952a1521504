"""Links to reports: making one, the list of them, and what whoever has one reads."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts.plans import room
from accounts.rates import network_of, spend
from clients.pages import PageRequest, page
from crm.errors import Invalid, NotFound
from crm.pages.answers import see, told, wants_part
from reports import registry, retiring, shared
from reports.limits import TookTooLong
from reports.models import SharedReport
from reports.rendering import kept_query
from reports.rendering import render as answered
from reports.spreadsheet import written

MOST_LISTED = 200
PER_MINUTE = 60
TOO_MUCH = "This report counts too much to be shown at the moment. Try again later, or ask for one of a shorter time."


@require_POST
@page
def share(request: PageRequest, key: str) -> HttpResponse:
    """Of the client that is looked at. The token stands in this answer alone."""
    request.actor.must_write()
    report = registry.keyed(key)
    client = request.client or next((one for one in request.clients if one.pk == request.actor.only_client), None)
    if client is None:
        raise Invalid("Choose a client above the report first: a link shows one client’s report.")
    query = kept_query(report, QueryDict(request.POST.get("query", "")[:4000]))
    answered(request.looking, key, query, client.pk)  # what no filter takes is refused before it is shared
    made, token = shared.share(
        actor=request.actor, client=client, report=report, query=query, days=_days(request)
    )  # fmt: skip
    url = request.build_absolute_uri(reverse("reports:public", args=[token]))
    response = render(request, "reports/link_made.html", {"made": made, "report": report, "url": url, "client": client})
    response.headers["Cache-Control"] = "no-store"
    return response


def _days(request: PageRequest) -> int:
    text = request.POST.get("days", str(shared.DAYS))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    request.actor.must_write()
    return _listed(request)


def _listed(request: PageRequest) -> HttpResponse:
    rows = SharedReport.objects.visible_to(request.actor).select_related("client", "member__user")
    found = list(rows.order_by("-created_at")[:MOST_LISTED])
    workspace = request.actor.workspace
    lines = [(one, registry.REPORTS.get(one.report), _may_end(request, one)) for one in found]
    context = {"lines": lines, "room": room(workspace, "shared_links", shared.used(workspace))}
    return render(request, "reports/_links.html" if wants_part(request) else "reports/links.html", context)


def _may_end(request: PageRequest, one: SharedReport) -> bool:
    return one.is_live and (one.member_id == request.actor.id or request.actor.is_admin)


@require_POST
@page
def end(request: PageRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(SharedReport.objects.visible_to(request.actor), pk=pk)
    undo = retiring.end_link(actor=request.actor, link=found)
    response = _listed(request) if wants_part(request) else see(reverse("reports:links"))
    words = "The link is ended: it leads nowhere from now on."
    return told(request, response, words, undo=undo.pk if undo else None)


Door = Callable[..., HttpResponse]


def public(view: Door) -> Door:
    """Let anybody in, so often; keep what is answered out of every store, list and referrer."""

    @wraps(view)
    def door(request: HttpRequest, **named: str) -> HttpResponse:
        spent = spend(f"shared:{network_of(request)}", PER_MINUTE)
        if not spent.allowed:
            words = "Too many requests from your network. Wait a minute, then try again."
            response = render(request, "reports/public_gone.html", {"sentence": words}, status=429)
            response.headers["Retry-After"] = str(spent.seconds_left)
            return _kept_close(response)
        try:
            return _kept_close(view(request, **named))
        except (NotFound, Http404):
            return _kept_close(render(request, "reports/public_gone.html", {"sentence": shared.GONE}, status=404))
        except TookTooLong:
            return _kept_close(render(request, "reports/public_gone.html", {"sentence": TOO_MUCH}, status=503))

    return door


def _kept_close(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@public
def read(request: HttpRequest, token: str) -> HttpResponse:
    found = shared.opened(token)
    context = {**found.shows, "found": found, "chosen": found.chosen, "token": token}
    return render(request, "reports/public.html", context)


@require_GET
@public
def spreadsheet(request: HttpRequest, token: str, sheet: str) -> HttpResponse:
    """One sheet of it as a file."""
    found = shared.opened(token)
    wanted = next((one for one in found.sheets if one.key == sheet), None)
    if wanted is None:
        raise NotFound(shared.GONE)
    name = content_disposition_header(as_attachment=True, filename=f"{found.report.key}-{sheet}.csv") or ""
    headers = {"Content-Disposition": name}
    return HttpResponse(written(wanted), content_type="text/csv; charset=utf-8", headers=headers)
