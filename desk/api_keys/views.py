"""API keys: listed, made, replaced, revoked. A secret stands in the one answer to the press that made it, and nowhere
else: neither in the session nor in the browser's store."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from accounts.keys import SCOPES, keys_used
from accounts.models import ApiKey
from accounts.plans import room
from clients import keys
from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid
from crm.pages.answers import see, status_of, told
from crm.pages.keyset import stretch
from crm.pages.typed import YEARS, identifier

LIST = 50
FIELDS = ("name", "scope", "for", "expires_on")
OVERLAPS = ((0, "At once"), (1, "In an hour"), (24, "In a day"), (168, "In a week"))


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    return render(request, "desk/api_keys/list.html", _listed(request))


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        key, secret = keys.make(
            actor=request.actor, name=typed["name"], scope=typed["scope"],
            client_id=identifier(typed["for"], "client_id"), expires_at=_end_of(typed["expires_on"]),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"name": [refusal.message]}
        errors = {name: " ".join(texts) for name, texts in fields.items()}
        shown = {**_listed(request), "typed": typed, "errors": errors}
        return render(request, "desk/api_keys/list.html", shown, status=status_of(refusal))
    return _shown_once(request, key, secret)


@require_POST
@page
def replace(request: PageRequest, pk: UUID) -> HttpResponse:
    request.actor.must_administer()
    hours = request.POST.get("hours", "")
    if not hours.isdecimal() or len(hours) > 4:
        raise Invalid(fields={"hours": ["Say when the old key ends."]})
    key, secret = keys.replace(actor=request.actor, key=_found(request, pk), hours=int(hours))
    return _shown_once(request, key, secret)


@require_POST
@page
def revoke(request: PageRequest, pk: UUID) -> HttpResponse:
    request.actor.must_administer()
    key = _found(request, pk)
    was_open = keys.revoke(actor=request.actor, key=key)
    words = f"Revoked “{key.name}”. Requests with it are refused from now on." if was_open else "It was revoked before."
    back = f"?client={request.client.pk}" if request.client else ""
    return told(request, see(f"{reverse('desk:api_keys')}{back}"), words)


def _found(request: PageRequest, pk: UUID) -> ApiKey:
    return get_object_or_404(ApiKey.objects.visible_to(request.actor).select_related("client"), pk=pk)


def _listed(request: PageRequest) -> dict[str, Any]:
    ended = request.GET.get("which") == "ended"
    rows = ApiKey.objects.visible_to(request.looking).select_related("client")
    wanted = rows.exclude(pk__in=rows.open().values("pk")) if ended else rows.open()
    found = stretch(wanted, by="created_at", mark=request.GET.get("more", ""), length=LIST)
    workspace = request.actor.workspace
    whole = request.actor.runs_workspace
    return {
        "stretch": found,
        "ended": ended,
        "scopes": SCOPES,
        "overlaps": OVERLAPS,
        "room": room(workspace, "api_keys", keys_used(workspace)) if whole else None,
        "typed": {"scope": "crm", "for": str(request.client.pk) if request.client else ""},
    }


def _shown_once(request: PageRequest, key: ApiKey, secret: str) -> HttpResponse:
    response = render(request, "desk/api_keys/made.html", {"key": key, "secret": secret})
    patch_cache_control(response, no_store=True)
    return response


def _end_of(text: str) -> datetime | None:
    """The last moment of a day, on the person's clock; None for no day."""
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Invalid(fields={"expires_at": ["Choose a day."]})
    return timezone.make_aware(datetime.combine(day, time.max))
