"""The stages of the pipeline, for who administers the workspace."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity.models import Undo
from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from crm.pages.typed import identifier
from deals import forms, retiring, stages
from deals.models import Stage

LONGEST_NAME = 80
LONGEST_SILENCE = 3650


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    return render(request, "deals/_stages.html" if wants_part(request) else "deals/stages.html", _shown(request))


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    typed = _typed(request)
    name = typed["name"]
    made = stages.create(actor=request.actor, key=stages.key_for(request.actor.workspace, name), **typed)
    return _answer(request, f"{made.name} is on the board.", None)


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    typed = _typed(request)
    with transaction.atomic():
        stage = get_object_or_404(Stage.objects.visible_to(request.actor).select_for_update(), pk=pk)
        before = {name: getattr(stage, name) for name in typed}
        stages.change(actor=request.actor, stage=stage, **typed)
        undo = retiring.offered(request.actor, stage, before)
    return _answer(request, f"{stage.name} saved.", undo)


@require_POST
@page
def order(request: PageRequest) -> HttpResponse:
    """One stage to another position: `stage` is its id, `position` counts from 1."""
    pk = identifier(request.POST.get("stage", ""), "stage")
    position = forms.number(request.POST.get("position", ""))
    if position is None:
        raise Invalid(fields={"position": ["Say which position."]})
    with transaction.atomic():
        before = stages.lay_out(request.actor.workspace)
        stage = get_object_or_404(Stage.objects.visible_to(request.actor), pk=pk)
        stages.change(actor=request.actor, stage=stage, position=max(1, min(position, len(before))))
        undo = retiring.offered_order(request.actor, before)
    return _answer(request, f"{stage.name} is stage {stage.position} now.", undo)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    stage = get_object_or_404(Stage.objects.visible_to(request.actor), pk=pk)
    key = request.POST.get("into", "")
    into = stages.keyed(request.actor.workspace, key, field="into") if key else None
    undo = retiring.delete(actor=request.actor, stage=stage, into=into)
    return _answer(request, f"{stage.name} deleted.", undo)


def _shown(request: PageRequest) -> dict[str, Any]:
    stages.lay_out(request.actor.workspace)
    held = Count("deals", filter=Q(deals__deleted_at=None))
    rows = list(Stage.objects.visible_to(request.actor).annotate(held=held).order_by("position"))
    return {"stages": rows, "kinds": Stage.Kind.choices}


def _typed(request: PageRequest) -> dict[str, Any]:
    name = " ".join(request.POST.get("name", "").split())
    if not name:
        raise Invalid(fields={"name": ["Give the stage a name."]})
    if len(name) > LONGEST_NAME:
        raise Invalid(fields={"name": [f"A name has at most {LONGEST_NAME} characters."]})
    kind = request.POST.get("kind", Stage.Kind.OPEN)
    if kind not in Stage.Kind.values:
        raise Invalid(fields={"kind": ["Choose open, won or lost."]})
    days = request.POST.get("rot_days", "").strip()
    return {
        "name": name,
        "kind": kind,
        "probability": _whole(request.POST.get("probability", ""), "probability", 0, 100),
        "rot_days": _whole(days, "rot_days", 1, LONGEST_SILENCE) if days else None,
    }


def _whole(text: str, field: str, least: int, most: int) -> int:
    number = forms.number(text.strip())
    if number is None or not least <= number <= most:
        raise Invalid(fields={field: [f"Write a whole number from {least} to {most}."]})
    return number


def _answer(request: PageRequest, words: str, undo: Undo | None) -> HttpResponse:
    if wants_part(request):
        response = render(request, "deals/_stages.html", _shown(request))
    else:
        response = see(reverse("deals:stages"))
    return told(request, response, words, undo=undo.pk if undo else None)
