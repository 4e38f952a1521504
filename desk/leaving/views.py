"""The page of a client that is deleted: what it owns, what becomes of it, and how far that has come."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from activity.exports import exported
from activity.models import Run, RunRow
from clients.leaving import exporting, going
from clients.leaving.contract import MOVES, owned
from clients.leaving.models import Leaving
from clients.models import Client
from clients.pages import PageRequest
from crm.errors import Invalid
from crm.pages.answers import see, wants_part
from crm.pages.files import streamed
from crm.pages.typed import identifier
from desk.clients.door import clients_page
from desk.runs import run_of

TOLD = 100
MOVE, EXPORT_AND_MOVE, EXPORT_AND_ERASE, ERASE = "move", "export_move", "export_erase", "erase"
CHOICES = (
    (MOVE, "Move everything", "People, conversations, deals and connections go on over there."),
    (EXPORT_AND_MOVE, "Export, then move everything", "You can download all of it as one file for seven days."),
    (EXPORT_AND_ERASE, "Export, then erase", "You can download all of it for seven days; then nothing brings it back."),
    (ERASE, "Erase without an export", "Nothing brings it back."),
)
# What can be wrong, in the order of the page.
ASKED = ("fate", "target", "name")


@dataclass
class Form:
    """What was chosen, and what is wrong with it, in the order of the page."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def first_wrong(self) -> str:
        """The field that the page opens at."""
        return next(iter(self.errors), "")


@require_http_methods(["GET", "POST"])
@clients_page
def leave(request: PageRequest, pk: UUID) -> HttpResponse:
    """Asks what becomes of the client's data; once that is decided, shows how far it has come."""
    client = _sought(request, pk)
    going.must_leave(request.actor)
    leaving = Leaving.objects.visible_to(request.actor).filter(client=client).first()
    if request.method == "GET":
        return _progress(request, leaving) if leaving else _form(request, client, Form())
    form = Form({name: request.POST.get(name, "") for name in ("choice", "target", "name")})
    try:
        _begin(request, client, form)
    except Invalid as refusal:
        form.errors = {name: refusal.fields[name][0] for name in ASKED if name in refusal.fields}
        return _form(request, client, form, status=422)
    return see(reverse("desk:client_delete", args=[client.pk]))


@require_GET
@clients_page
def export(request: PageRequest, pk: UUID) -> StreamingHttpResponse:
    """All that was written out, as one archive. Each download is told to the audit."""
    leaving = get_object_or_404(Leaving.objects.visible_to(request.actor).select_related("client"), client=pk)
    if not exporting.available(leaving):
        raise Http404
    exported(request.actor, f"rows of {leaving.client}", sum(count for _, count in leaving.owned))
    name = slugify(leaving.client.name) or "client"
    return streamed(request, exporting.archive(leaving), f"{name}.zip", content_type="application/zip")


def _sought(request: PageRequest, pk: UUID) -> Client:
    """One that is hidden already is asked about as well, by whoever may decide it."""
    rows = Client.objects.filter(workspace=request.actor.workspace)
    if not request.actor.runs_workspace:
        rows = Client.objects.visible_to(request.actor)
    found: Client = get_object_or_404(rows, pk=pk)
    return found


def _begin(request: PageRequest, client: Client, form: Form) -> Leaving:
    choice = form.values["choice"]
    moves = choice in (MOVE, EXPORT_AND_MOVE)
    fate = "move" if moves else "erase" if choice in (EXPORT_AND_ERASE, ERASE) else ""
    target, elsewhere = _target(request, form.values["target"]) if moves else (None, {})
    if elsewhere:  # the rest of what is wrong is told with it
        raise Invalid(fields=going.wrong_with(client, fate=fate, target=None, name=form.values["name"]) | elsewhere)
    return going.leave(
        actor=request.actor, client=client, fate=fate, target=target,
        exports=choice in (EXPORT_AND_MOVE, EXPORT_AND_ERASE), name=form.values["name"],
    )  # fmt: skip


def _target(request: PageRequest, wanted: str) -> tuple[Client | None, dict[str, list[str]]]:
    """Where to, and what is wrong with it. None is the workspace itself, which has to be said."""
    if wanted == "workspace":
        return None, {}
    pk = None
    with suppress(Invalid):
        pk = identifier(wanted, "target")
    found = Client.objects.visible_to(request.actor).filter(pk=pk).first() if pk else None
    wrong = {} if found else {"target": ["Choose where to: another client, or the workspace itself."]}
    return found, wrong


def _form(request: PageRequest, client: Client, form: Form, *, status: int = 200) -> HttpResponse:
    has = owned(client)
    shown: dict[str, Any] = {
        "client": client,
        "form": form,
        "choices": CHOICES,
        "moving": [one for one in has if one.fate == MOVES],
        "staying": [one for one in has if one.fate != MOVES],
        "targets": Client.objects.visible_to(request.actor).exclude(pk=client.pk).order_by("name"),
    }
    return render(request, "desk/leaving/form.html", shown, status=status)


def _progress(request: PageRequest, leaving: Leaving) -> HttpResponse:
    """The run refreshes itself; when it is over, the page is read anew, with what there is to download."""
    run = Run.objects.select_related("member__user", "undone_by").get(pk=leaving.run_id)
    told = RunRow.objects.filter(run=run, outcome=RunRow.Outcome.DONE).exclude(words="").order_by("number")
    shown = {
        "leaving": leaving,
        "client": leaving.client,
        "told": told[:TOLD],
        "more_told": max(0, told.count() - TOLD),
        "available": exporting.available(leaving),
        "until": leaving.exported_at + exporting.KEPT if leaving.exported_at else None,
        **run_of(request.actor, run),
    }
    return render(request, "desk/leaving/_progress.html" if wants_part(request) else "desk/leaving/page.html", shown)
