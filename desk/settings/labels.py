"""The labels of a workspace: how much bears each, and two joined into one."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from clients.pages import PageRequest, page
from contacts import labels, segments
from contacts.models import ContactLabel, Label
from crm.errors import Invalid
from crm.pages.answers import see, told
from crm.pages.typed import identifier
from inbox.models import ConversationLabel

_COLOUR_LENGTH = 7


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    may_delete = request.actor.can_write and request.actor.is_admin and request.actor.clients is None
    shown = {"labels": list(counted(request.actor)), "may_delete": may_delete}
    return render(request, "desk/labels.html", shown)


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    label = labels.create(actor=request.actor, **_given(request))
    return _answer(request, f"Label “{label.name}” made.")


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    label = labels.change(actor=request.actor, label=_found(request, pk), **_given(request))
    return _answer(request, f"Label “{label.name}” saved.")


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    label = _found(request, pk)
    labels.delete(actor=request.actor, label=label)
    return _answer(request, f"Label “{label.name}” deleted.")


@require_POST
@page
def merge(request: PageRequest, pk: UUID) -> HttpResponse:
    label = _found(request, pk)
    into = identifier(request.POST.get("into", ""), "into")
    if into is None:
        raise Invalid("Choose the label to join it with.")
    kept = _found(request, into)
    join(actor=request.actor, label=label, into=kept)
    return _answer(request, f"“{label.name}” is “{kept.name}” now.")


@transaction.atomic
def join(*, actor: Actor, label: Label, into: Label) -> None:
    """Whatever bears `label` bears `into` instead, once; `label` is gone. Only an admin who sees all clients may."""
    actor.must_administer()
    actor.must_see_all()
    if label == into:
        raise Invalid("Choose another label to join it with.")
    for model, borne_by in ((ContactLabel, "contact"), (ConversationLabel, "conversation")):
        rows: QuerySet[ContactLabel] | QuerySet[ConversationLabel] = model._base_manager.filter(label=label)
        both = model._base_manager.filter(label=into).values(borne_by)
        rows.exclude(**{f"{borne_by}__in": both}).update(label=into)
    segments.follow_label(label=label, into=into)
    labels.delete(actor=actor, label=label, joined_with=into)


def counted(actor: Actor) -> "QuerySet[Label]":
    """By name, with `people` and `talks`: how many of those that the actor sees bear each."""
    people, talks = ContactLabel.objects.all(), ConversationLabel.objects.all()
    if actor.clients is not None:
        people = people.filter(contact__client__in=actor.clients)
        talks = talks.filter(conversation__client__in=actor.clients)
    return Label.objects.visible_to(actor).annotate(people=_how_many(people), talks=_how_many(talks))


def _how_many(rows: "QuerySet[ContactLabel] | QuerySet[ConversationLabel]") -> Coalesce:
    of_label = rows.filter(label=OuterRef("pk")).order_by().values("label").annotate(n=Count("pk"))
    return Coalesce(Subquery(of_label.values("n"), output_field=IntegerField()), 0)


def _given(request: PageRequest) -> dict[str, str]:
    name, colour = " ".join(request.POST.get("name", "").split()), request.POST.get("colour", "")
    if not 1 <= len(name) <= 60:
        raise Invalid(fields={"name": ["Give the label a name of at most 60 characters."]})
    if len(colour) != _COLOUR_LENGTH or colour[0] != "#" or not set(colour[1:]) <= set("0123456789abcdefABCDEF"):
        raise Invalid(fields={"colour": ["Choose a colour."]})
    return {"name": name, "colour": colour}


def _found(request: PageRequest, pk: UUID) -> Label:
    return get_object_or_404(Label.objects.visible_to(request.actor), pk=pk)


def _answer(request: PageRequest, words: str) -> HttpResponse:
    return told(request, see(reverse("desk:labels")), words)
