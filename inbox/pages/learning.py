"""Settings → Intents: a model that learns from what was corrected, looked at before it is switched on."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from activity import work
from clients.pages import PageRequest, page
from crm.nudge import nudge
from crm.pages.answers import see, told, wants_part
from inbox.intents.learning import making, using
from inbox.intents.learning.models import LearnedModel
from inbox.models import INTENTS
from inbox.pages import learning_form


@require_POST
@page
def begin(request: PageRequest) -> HttpResponse:
    model = making.begin(request.actor)
    return see(_page_of(model))


@require_GET
@page
def shown(request: PageRequest, pk: UUID) -> HttpResponse:
    about = {**learning_form.about(_found(request, pk)), "intents": [name for _, name in INTENTS]}
    return render(request, "inbox/_model.html" if wants_part(request) else "inbox/model.html", about)


@require_POST
@page
def switch_on(request: PageRequest, pk: UUID) -> HttpResponse:
    model = _found(request, pk)
    using.switch_on(actor=request.actor, model=model)
    return told(request, see(_page_of(model)), "Switched on. It judges what arrives from now on.")


@require_POST
@page
def switch_off(request: PageRequest, pk: UUID) -> HttpResponse:
    model = _found(request, pk)
    using.switch_off(actor=request.actor, model=model)
    return told(request, see(_page_of(model)), "Switched off. The model that Parley comes with judges again.")


@require_POST
@page
def again(request: PageRequest, pk: UUID) -> HttpResponse:
    """One that ended in an error goes on from where it was."""
    model = _found(request, pk)
    work.replay(model)
    nudge("inbox.tasks.learn")
    return see(_page_of(model))


@require_POST
@page
def discard(request: PageRequest, pk: UUID) -> HttpResponse:
    using.discard(actor=request.actor, model=_found(request, pk))
    return told(request, see(f"{reverse('inbox:intents')}#learning"), "Discarded.")


def _found(request: PageRequest, pk: UUID) -> LearnedModel:
    request.actor.must_administer()
    request.actor.must_see_all()
    rows = LearnedModel.objects.filter(workspace=request.actor.workspace)
    return get_object_or_404(rows.select_related("member__user").defer("content"), pk=pk)


def _page_of(model: LearnedModel) -> str:
    return reverse("inbox:model", args=[model.pk])
