"""The suppression list: searched, added to, lifted from, taken away as a file."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from activity.exports import exported
from activity.undoing import Touched, offer
from clients.pages import PageRequest, page
from contacts import stop_list
from contacts.exporting import AT_A_TIME, MARK, written
from contacts.filters import SuppressionFilters
from contacts.models import Suppression
from contacts.verbs import kept
from crm.errors import Invalid
from crm.pages.answers import changed, see, status_of, told, wants_part
from crm.pages.files import streamed
from crm.pages.keyset import stretch
from crm.pages.narrowing import Narrowed, narrowed
from crm.pages.typed import identifier

LIST = 50
MOST_SHOWN = 100
COLUMNS = ("Address", "Kind", "Reason", "Since", "Client")

Rows = QuerySet[Suppression]


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    stop_list.must_be_of_team(request.actor)
    template = "contacts/suppression/_rows.html" if wants_part(request) else "contacts/suppression/list.html"
    return render(request, template, _listed(request))


@require_POST
@page
def add(request: PageRequest) -> HttpResponse:
    """Those that can be read are put there at once; the others stay in the field, to be mended."""
    stop_list.must_be_of_team(request.actor)
    typed = {name: request.POST.get(name, "") for name in ("addresses", "reason", "for")}
    client = identifier(typed["for"], "client_id") or (request.client.pk if request.client else None)
    try:
        with transaction.atomic():
            wanted = stop_list.typed_apart(typed["addresses"])
            done = stop_list.add(actor=request.actor, written=wanted, reason=typed["reason"], client_id=client)
            undo = _undo_of(request.actor, done)
    except Invalid as refusal:
        errors = {name: " ".join(texts) for name, texts in refusal.fields.items()}
        shown = {**_listed(request), "typed": typed, "errors": errors}
        return render(request, "contacts/suppression/list.html", shown, status=status_of(refusal))
    if not done.wrong:
        return told(request, _list(request), _words(done), undo=undo.pk if undo else None)
    return _some_wrong(request, typed, done)


@require_POST
@page
def lift(request: PageRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        row: Suppression = get_object_or_404(Suppression.objects.visible_to(request.actor), pk=pk)
        request.actor.must_administer()
        before = stop_list.before_lifting(row)
        stop_list.lift(actor=request.actor, suppression=row)
        words = f"{row.value} may be written to again."
        undo = offer(request.actor, words, kind=stop_list.LIFTED, data=before)
    response = changed(HttpResponse(), Touched("suppression", pk)) if wants_part(request) else _list(request)
    return told(request, response, words, undo=undo.pk if undo else None)


@require_GET
@page
def export(request: PageRequest) -> StreamingHttpResponse:
    """What the search in the address leaves."""
    stop_list.must_be_of_team(request.actor)
    rows = _narrowed(request).rows
    exported(request.looking, "suppressed addresses", rows.count())
    name = f"suppressed-{timezone.localdate().isoformat()}.csv"
    return streamed(request, _lines(rows, timezone.get_current_timezone()), name)


def _narrowed(request: PageRequest) -> "Narrowed[Rows]":
    rows: Rows = Suppression.objects.visible_to(request.looking).defer("search")
    return narrowed(request, rows, SuppressionFilters, ("search",))


def _listed(request: PageRequest) -> dict[str, Any]:
    left = _narrowed(request)
    return {
        "stretch": stretch(
            left.rows.select_related("client"), by="created_at", mark=request.GET.get("more", ""), length=LIST
        ),
        "wanted": left.chosen.get("search", ""),
        "may_lift": request.actor.can_write and request.actor.is_admin,
        "typed": {"for": str(request.client.pk) if request.client else ""},
        "most": stop_list.MOST,
    }


def _undo_of(actor: Actor, done: stop_list.Outcome) -> Any:
    if not done.added:
        return None
    data = {"ids": [str(row.pk) for row in done.added]}
    return offer(actor, _words(done), kind=stop_list.ADDED, data=data)


def _words(done: stop_list.Outcome) -> str:
    count = len(done.added)
    first = f"Nothing is sent to {done.added[0].value} any more." if count == 1 else f"{count:,} addresses added."
    known = f" {done.known:,} {'was' if done.known == 1 else 'were'} there already." if done.known else ""
    return f"{first if count else 'Nothing was added.'}{known}"


def _some_wrong(request: PageRequest, typed: dict[str, str], done: stop_list.Outcome) -> HttpResponse:
    count = len(done.wrong)
    sentence = f"{_words(done)} {count:,} could not be read and {'stays' if count == 1 else 'stay'} below: "
    errors = {"addresses": f"{sentence}mend {'it' if count == 1 else 'them'} and press again."}
    shown = {**_listed(request), "errors": errors}
    shown["typed"] = {**typed, "addresses": "\n".join(done.wrong[:MOST_SHOWN])}
    return render(request, "contacts/suppression/list.html", shown, status=422)


def _list(request: PageRequest) -> HttpResponse:
    return see(f"{reverse('contacts:suppressions')}{kept(request)}")


def _lines(rows: "Rows", zone: tzinfo) -> Iterator[str]:
    yield MARK + written([COLUMNS])
    listed = rows.select_related("client").order_by("pk")
    part = list(listed[:AT_A_TIME])
    while part:
        yield written([_cells(row, zone) for row in part])
        part = list(listed.filter(pk__gt=part[-1].pk)[:AT_A_TIME])


def _cells(row: Suppression, zone: tzinfo) -> list[str]:
    since = row.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return [row.value, row.kind, row.reason, since, row.client.name if row.client else ""]
