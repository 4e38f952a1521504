"""Long work, as it goes on and when it is done."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from activity import runs, work
from activity.models import Run, RunRow
from clients.leaving import going
from clients.leaving.models import Leaving
from clients.pages import PageRequest, page
from contacts.models import Contact
from crm.pages.answers import see, wants_part

LIST = 50
# Rows that failed or were passed over, as many as one reads; an import offers all of them as a file.
ROWS = 100


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    rows = Run.objects.visible_to(request.actor).select_related("member__user").order_by("-created_at")
    return render(request, "desk/runs.html", {"runs": rows[:LIST]})


@require_GET
@page
def shown(request: PageRequest, pk: UUID) -> HttpResponse:
    """A client that goes has a page of its own, with its export: to whoever may see that, it is shown."""
    run = _found(request, pk)
    leaving = Leaving.objects.visible_to(request.actor).filter(run=run).first() if run.kind == going.KIND else None
    if leaving is not None and not wants_part(request):
        return see(reverse("desk:client_delete", args=[leaving.client_id]))
    return _answer(request, run)


@require_POST
@page
def stop(request: PageRequest, pk: UUID) -> HttpResponse:
    runs.stop(request.actor, _found(request, pk))
    return _answer(request, _found(request, pk))


@require_POST
@page
def again(request: PageRequest, pk: UUID) -> HttpResponse:
    """One that ended in an error goes on from where it was."""
    request.actor.must_write()
    work.replay(_found(request, pk))
    return _answer(request, _found(request, pk))


@require_POST
@page
def take_back(request: PageRequest, pk: UUID) -> HttpResponse:
    """From the run's own page, the page of what takes it back; from a toast, another toast, on the page one is on."""
    back = runs.take_back(request.actor, _found(request, pk))
    if request.headers.get("HX-Target") == "toasts":
        return render(request, "desk/_begun.html", {"run": back})
    return _answer(request, back)


def _found(request: PageRequest, pk: UUID) -> Run:
    rows = Run.objects.visible_to(request.actor).select_related("member__user", "undone_by")
    return get_object_or_404(rows, pk=pk)


def _answer(request: PageRequest, run: Run) -> HttpResponse:
    url = reverse("desk:run", args=[run.pk])
    if request.method == "POST" and not wants_part(request):
        return see(url)
    response = render(request, "desk/_run.html" if wants_part(request) else "desk/run.html", run_of(request.actor, run))
    if request.method == "POST":
        response.headers["HX-Push-Url"] = url
    return response


def run_of(actor: Actor, run: Run) -> dict[str, Any]:
    left = RunRow.objects.filter(run=run).exclude(outcome=RunRow.Outcome.DONE).order_by("number")
    if actor.clients is not None:  # who saw more when they began it reads no names of what is hidden by now
        elsewhere = Contact.objects.filter(pk=OuterRef("subject_id")).exclude(client__in=actor.clients)
        left = left.exclude(Exists(elsewhere))
    return {
        "run": run,
        "rows": left[:ROWS],
        "more": max(0, run.skipped_count + run.failed_count - ROWS),
        "stoppable": not run.is_over and run.stopped_at is None and run.kind not in runs.TO_THEIR_END,
        "undoable": run.is_over and run.kind in runs.BACK and run.undone_by_id is None and run.done_count > 0,
    }
