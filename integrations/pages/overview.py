"""How one connection stands, and comparing it with the other side now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.pages import PageRequest, page
from crm.pages.answers import see, told, wants_part
from crm.pages.keyset import stretch
from integrations import batches
from integrations.models import Connection, InboundEvent, SyncRun
from integrations.pages.door import administered, seen
from integrations.registry import system_called
from integrations.standing import standing

RECENT = 6
FULL = 50
_COUNTS = ("seen", "new", "changed", "same", "missing", "failed")


@dataclass(frozen=True)
class Stream:
    """What a batch saw of one list of the other side. total: of the whole list, where they tell it."""

    name: str
    counts: Mapping[str, int]
    total: int | None

    @property
    def share(self) -> int | None:
        return min(100, self.counts["seen"] * 100 // self.total) if self.total else None


@require_GET
@page
def shown(request: PageRequest, pk: UUID) -> HttpResponse:
    template = "integrations/_overview.html" if wants_part(request) else "integrations/overview.html"
    return render(request, template, overview_of(seen(request, pk)))


@require_POST
@page
def compare(request: PageRequest, pk: UUID) -> HttpResponse:
    """Begin a batch; `full` has it walk everything."""
    connection = administered(request, pk)
    batches.start(actor=request.actor, connection=connection, full=bool(request.POST.get("full")))
    return _answer(request, connection, "")


@require_POST
@page
def stop(request: PageRequest, pk: UUID, run: UUID) -> HttpResponse:
    connection = administered(request, pk)
    found = get_object_or_404(SyncRun.objects.visible_to(request.actor), pk=run, connection=connection)
    batches.stop(actor=request.actor, run=found)
    return _answer(request, connection, "Stopped. What was taken in stays.")


@require_GET
@page
def history(request: PageRequest, pk: UUID) -> HttpResponse:
    """Every batch that is kept."""
    connection = seen(request, pk)
    rows = SyncRun.objects.visible_to(request.actor).filter(connection=connection)
    found = stretch(rows, by="created_at", mark=request.GET.get("more", ""), length=FULL)
    shown = {"stretch": found, "runs": [(run, streams(run)) for run in found.rows], "connection": connection}
    shown["system"] = system_called(connection.system)
    return render(request, "integrations/_runs.html" if wants_part(request) else "integrations/batches.html", shown)


def overview_of(connection: Connection) -> dict[str, Any]:
    stands = standing(connection)
    runs = list(SyncRun.objects.filter(connection=connection).order_by("-created_at")[:RECENT])
    run = stands.last
    at_work = run is not None and run.state == SyncRun.State.WAITING
    return {
        "connection": connection,
        "system": system_called(connection.system),
        "stands": stands,
        "run": run,
        "at_work": at_work,
        "held": InboundEvent.objects.filter(run=run, is_held=True).count() if run and at_work else 0,
        "streams": streams(run) if run else [],
        "progress": _progress(run) if run and at_work else None,
        "runs": [(one, streams(one)) for one in runs],
    }


def streams(run: SyncRun) -> list[Stream]:
    return [
        Stream(name, {word: counts.get(word, 0) for word in _COUNTS}, counts.get("total"))
        for name, counts in run.counts.items()
    ]


def _progress(run: SyncRun) -> int | None:
    """Percent of what is known to be there; None where the other side tells no totals."""
    found = streams(run)
    if not found or any(one.total is None for one in found):
        return None
    total = sum(one.total or 0 for one in found)
    return min(100, sum(one.counts["seen"] for one in found) * 100 // total) if total else None


def _answer(request: PageRequest, connection: Connection, words: str) -> HttpResponse:
    if wants_part(request):
        response = render(request, "integrations/_overview.html", overview_of(connection))
    else:
        response = see(reverse("integrations:connection", args=[connection.pk]))
    return told(request, response, words) if words else response
