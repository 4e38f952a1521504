"""A file of people: uploaded, matched to our fields with a look at what will become of it, imported as long work."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from activity.models import RunRow
from clients.pages import PageRequest, page
from contacts.imports import columns, importing, uploads
from contacts.imports.importing import Done, Plan
from contacts.imports.reading import LARGEST
from contacts.models import Upload
from crm.errors import Invalid, Refusal
from crm.pages.answers import see, sentence, status_of, wants_part
from crm.pages.typed import identifier

SHOWN = 20
MOST_LABELS = 50


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """Choose a file. What is wrong with it is told here."""
    request.actor.must_write()
    if request.method != "POST":
        return _upload_form(request)
    try:
        file = _file(request)
        upload = uploads.take_in(actor=request.actor, name=file.name or "", content=file.read())
    except Invalid as refusal:
        return _upload_form(request, sentence(refusal), status_of(refusal))
    return see(f"{reverse('contacts:import', args=[upload.pk])}{_scope(request)}")


@require_GET
@page
def mapping(request: PageRequest, pk: UUID) -> HttpResponse:
    """Which column goes where, guessed; and the first rows as they would become."""
    request.actor.must_write()
    upload = _upload(request, pk)
    if upload.run_id:
        return see(reverse("desk:run", args=[upload.run_id]))
    targets = columns.guess(upload.columns, columns.known_custom(request.actor))
    client = str(request.client.pk) if request.client else ""
    return _mapping(request, upload, targets, {"mode": importing.FILL, "client_id": client, "labels": ""})


@require_POST
@page
def preview(request: PageRequest, pk: UUID) -> HttpResponse:
    """The same, with what was chosen."""
    request.actor.must_write()
    upload = _upload(request, pk)
    targets = [request.POST.get(f"column-{at}", "") for at in range(len(upload.columns))]
    return _mapping(request, upload, targets, request.POST.dict())


@require_POST
@page
def start(request: PageRequest, pk: UUID) -> HttpResponse:
    upload = _upload(request, pk)
    try:
        run = importing.begin(actor=request.actor, upload=upload, plan=_plan(upload, request.POST.dict()))
    except Invalid as refusal:
        targets = [request.POST.get(f"column-{at}", "") for at in range(len(upload.columns))]
        return _mapping(request, upload, targets, request.POST.dict(), status_of(refusal))
    return see(reverse("desk:run", args=[run.pk]))


def _file(request: PageRequest) -> "UploadedFile[Any]":
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid("Choose a file first.")
    if (file.size or 0) > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST // 1024**2} MB. Split it and import the parts one by one.")
    return file


def _upload(request: PageRequest, pk: UUID) -> Upload:
    return get_object_or_404(Upload.objects.visible_to(request.actor), pk=pk)


def _upload_form(request: PageRequest, problem: str = "", status: int = 200) -> HttpResponse:
    shown = {"problem": problem, "largest": LARGEST // 1024**2}
    return render(request, "contacts/imports/new.html", shown, status=status)


def _plan(upload: Upload, given: dict[str, str]) -> Plan:
    labels = [name.strip() for name in given.get("labels", "").split(",") if name.strip()]
    if any(len(name) > 60 for name in labels):
        raise Invalid("A label has at most 60 characters.")
    if len(labels) > MOST_LABELS:
        raise Invalid(f"At most {MOST_LABELS} labels can be put on everybody.")
    if given.get("mode", importing.FILL) not in importing.MODES:
        raise Invalid("Say what happens to people who are there already.")
    return Plan(
        columns.mapped(upload.columns, given),
        given.get("mode", importing.FILL),
        identifier(given.get("client_id", ""), "client_id"),
        labels,
    )


def _mapping(
    request: PageRequest, upload: Upload, targets: Sequence[str], given: dict[str, str], status: int = 200
) -> HttpResponse:
    given = {**{f"column-{at}": target for at, target in enumerate(targets)}, **given}
    shown = {
        "upload": upload, "modes": importing.MODES.items(), "given": given, "custom": columns.CUSTOM,
        "needs_client": request.actor.clients is not None, **_previewed(request, upload, given),
    }  # fmt: skip
    if wants_part(request):
        return render(request, "contacts/imports/_preview.html", shown)
    return render(
        request, "contacts/imports/mapping.html", {**shown, **_choices(request, upload, given)}, status=status
    )


def _choices(request: PageRequest, upload: Upload, given: dict[str, str]) -> dict[str, Any]:
    """Each column, its first values, and where it can go."""
    known = columns.known_custom(request.actor)
    chosen = [given.get(f"column-{at}", "") for at in range(len(upload.columns))]
    known += [one.removeprefix(columns.CUSTOM) for one in chosen if one.startswith(columns.CUSTOM)]
    samples = uploads.samples(upload)
    return {
        "columns": [
            {
                "at": at,
                "title": title,
                "samples": samples[at],
                "target": chosen[at],
                "name": given.get(f"name-{at}", ""),
            }
            for at, title in enumerate(upload.columns)
        ],
        "targets": columns.TARGETS.items(),
        "known": [(columns.CUSTOM + name, name) for name in dict.fromkeys(known) if name],
    }


def _previewed(request: PageRequest, upload: Upload, given: dict[str, str]) -> dict[str, Any]:
    try:
        plan = _plan(upload, given)
        rows = uploads.first_rows(upload, SHOWN)
        done = importing.preview(actor=request.actor, upload=upload, plan=plan, rows=rows)
    except Refusal as refusal:
        return {"problem": sentence(refusal), "rows": []}
    cells = dict(rows)
    return {"problem": "", "rows": [_told(number, cells[number], one) for number, one in done]}


def _told(number: int, cells: Sequence[str], done: Done) -> dict[str, Any]:
    """A row as it will become."""
    new = bool(done.before.get("created"))
    outcome = "New" if new else {"done": "Changed", "skipped": "Left", "failed": "Failed"}[done.outcome]
    fallback = " · ".join(cell for cell in cells if cell.strip())[:120]
    return {
        "number": number, "outcome": outcome, "contact": done.contact, "words": done.words, "cells": fallback,
        "failed": done.outcome == RunRow.Outcome.FAILED,
    }  # fmt: skip


def _scope(request: PageRequest) -> str:
    return f"?client={request.client.pk}" if request.client else ""
