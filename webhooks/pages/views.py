"""Endpoints: listed, made, looked after; what each was told, and telling it again."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.plans import room
from clients.pages import PageRequest, page
from crm.errors import Invalid, PlanLacks, Refusal
from crm.pages.answers import see, status_of, told
from crm.pages.keyset import stretch
from crm.pages.typed import identifier
from webhooks import endpoints, replaying
from webhooks.endpoints import TYPES
from webhooks.filters import STATES
from webhooks.models import Delivery, Endpoint
from webhooks.sending import body_of

LOG = 30


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    endpoints.must_oversee(request.actor)
    return _list(request, {})


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    try:
        made = endpoints.create(
            actor=request.actor, **_typed(request.POST), client_id=identifier(request.POST.get("for", ""), "client_id")
        )
    except (Invalid, PlanLacks) as refusal:
        return _list(request, _again(request.POST, refusal), refusal)
    return told(request, see(_page_of(made)), "Made. Enter its signing secret at the other side, then send a test.")


@require_GET
@page
def shown(request: PageRequest, pk: UUID) -> HttpResponse:
    return _whole(request, _found(request, pk), {})


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    version = request.POST.get("version", "")
    try:
        endpoints.change(
            actor=request.actor, endpoint=endpoint, version=int(version) if version.isdecimal() else None,
            **_typed(request.POST),
        )  # fmt: skip
    except Invalid as refusal:
        return _whole(request, endpoint, _again(request.POST, refusal), status=status_of(refusal))
    return told(request, see(_page_of(endpoint)), "Saved.")


@require_POST
@page
def switch(request: PageRequest, pk: UUID) -> HttpResponse:
    endpoint, on = _found(request, pk), request.POST.get("on") == "1"
    endpoints.change(actor=request.actor, endpoint=endpoint, is_active=on)
    words = "Switched on. It is told of what happens from now on." if on else "Switched off. It is told of nothing."
    return told(request, see(_page_of(endpoint)), words)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    endpoints.delete(actor=request.actor, endpoint=_found(request, pk))
    return told(request, see(reverse("webhooks:list")), "Deleted, with all that it was told.")


@require_POST
@page
def secret(request: PageRequest, pk: UUID) -> HttpResponse:
    """Shown in this one answer, which no browser keeps."""
    endpoint = _found(request, pk)
    return _with_secret(request, endpoint, endpoints.secret_of(actor=request.actor, endpoint=endpoint))


@require_POST
@page
def renew(request: PageRequest, pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    return _with_secret(request, endpoint, endpoints.renew_secret(actor=request.actor, endpoint=endpoint), renewed=True)


@require_POST
@page
def try_it(request: PageRequest, pk: UUID) -> HttpResponse:
    """Speaks with the other side here and now."""
    endpoint = _found(request, pk)
    said = replaying.try_it(actor=request.actor, endpoint=endpoint)
    return _whole(request, endpoint, {"said": said})


@require_POST
@page
def replay_failed(request: PageRequest, pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    count = replaying.replay_all(actor=request.actor, endpoint=endpoint)
    words = f"{count} to be delivered again." if count else "Nothing failed that could be delivered again."
    return told(request, see(_page_of(endpoint)), words)


@require_GET
@page
def delivery(request: PageRequest, pk: UUID, delivery_pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    row = get_object_or_404(endpoint.deliveries.select_related("event").prefetch_related("log"), pk=delivery_pk)
    about = {"endpoint": endpoint, "delivery": row, "body": body_of(row).decode()}
    return render(request, "webhooks/delivery.html", about)


@require_POST
@page
def replay(request: PageRequest, pk: UUID, delivery_pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    row = get_object_or_404(Delivery.objects.select_related("endpoint"), endpoint=endpoint, pk=delivery_pk)
    replaying.replay(actor=request.actor, delivery=row)
    return told(request, see(reverse("webhooks:delivery", args=[pk, delivery_pk])), "It is delivered again.")


def _found(request: PageRequest, pk: UUID) -> Endpoint:
    endpoints.must_oversee(request.actor)
    rows = Endpoint.objects.visible_to(request.actor).select_related("client").defer("secrets")
    found: Endpoint = get_object_or_404(rows, pk=pk)
    return found


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "url": post.get("url", "").strip(), "description": post.get("description", "").strip()[:200],
        "types": post.getlist("types"),
    }  # fmt: skip


def _again(post: QueryDict, refusal: Refusal) -> dict[str, Any]:
    """The form as it was filled in, with what is wrong in it."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    return {
        "typed": {**_typed(post), "for": post.get("for", "")}, "refusal": "" if fields else refusal.message,
        "errors": {name: " ".join(texts) for name, texts in fields.items()},
    }  # fmt: skip


def _list(request: PageRequest, form: dict[str, Any], refusal: Refusal | None = None) -> HttpResponse:
    rows = Endpoint.objects.visible_to(request.looking).select_related("client").defer("secrets")
    workspace, whole = request.actor.workspace, request.actor.runs_workspace
    about = {
        "endpoints": rows.order_by("created_at", "pk"), "groups": _grouped(),
        "room": room(workspace, "webhook_endpoints", endpoints.endpoints_used(workspace)) if whole else None,
        "typed": {"for": str(request.client.pk) if request.client else ""}, **form,
    }  # fmt: skip
    return render(request, "webhooks/list.html", about, status=status_of(refusal) if refusal else 200)


def _whole(request: PageRequest, endpoint: Endpoint, more: dict[str, Any], status: int = 200) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = Delivery.objects.filter(endpoint=endpoint)
    if state in dict(STATES):
        rows = rows.filter(state=state)
    about = {
        "endpoint": endpoint, "groups": _grouped(), "state": state, "states": STATES,
        "stretch": stretch(rows, by="created_at", mark=request.GET.get("more", ""), length=LOG),
        "typed": {"url": endpoint.url, "description": endpoint.description, "types": endpoint.types}, **more,
    }  # fmt: skip
    return render(request, "webhooks/endpoint.html", about, status=status)


def _with_secret(
    request: PageRequest, endpoint: Endpoint, value: str, *, renewed: bool = False
) -> HttpResponse:  # fmt: skip
    response = render(request, "webhooks/secret.html", {"endpoint": endpoint, "secret": value, "renewed": renewed})
    patch_cache_control(response, no_store=True)
    return response


def _grouped() -> list[tuple[str, list[str]]]:
    """The types of events by what they are about."""
    nouns = dict.fromkeys(kind.partition(".")[0] for kind in TYPES)
    return [
        (noun.replace("_", " ").capitalize(), [kind for kind in TYPES if kind.partition(".")[0] == noun])
        for noun in nouns
    ]


def _page_of(endpoint: Endpoint) -> str:
    return reverse("webhooks:endpoint", args=[endpoint.pk])
