"""What came of an outside system: each event, what became of it, and once more."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from crm.pages.keyset import stretch
from integrations import replaying
from integrations.concealing import concealed
from integrations.models import Connection, InboundEvent
from integrations.pages.door import administered
from integrations.registry import system_called

SHOWN = 50
RECENT_TYPES = 500
LONGEST_PAYLOAD = 200_000
FATES = (("", "All"), ("waiting", "Waiting"), ("dead", "Failed"), ("done", "Done"))


@require_GET
@page
def listed(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    rows = narrowed(InboundEvent.objects.visible_to(request.actor).filter(connection=connection), request)
    found = stretch(rows.defer("payload", "body"), by="arrived_at", mark=request.GET.get("more", ""), length=SHOWN)
    shown = {"connection": connection, "system": system_called(connection.system), "stretch": found, "fates": FATES}
    if wants_part(request):
        return render(request, "integrations/_events.html", shown)
    return render(request, "integrations/events.html", {**shown, **_choices(connection)})


@require_GET
@page
def shown(request: PageRequest, pk: UUID, event: UUID) -> HttpResponse:
    connection = administered(request, pk)
    return render(
        request, "integrations/_event.html" if wants_part(request) else "integrations/event.html",
        _event(connection, _found(request, connection, event)),
    )  # fmt: skip


@require_POST
@page
def replay(request: PageRequest, pk: UUID, event: UUID) -> HttpResponse:
    connection = administered(request, pk)
    replaying.event(actor=request.actor, event=_found(request, connection, event))
    if wants_part(request):
        now = _found(request, connection, event)
        response = render(request, "integrations/_event.html", _event(connection, now))
    else:
        response = see(reverse("integrations:event", args=[pk, event]))
    return told(request, response, "It is handled once more.")


@require_POST
@page
def replay_failed(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    count = replaying.all_events(actor=request.actor, connection=connection)
    words = f"{count:,} {'is' if count == 1 else 'are'} handled once more." if count else "None failed."
    return told(request, see(reverse("integrations:events", args=[pk])), words)


def narrowed(rows: "QuerySet[Any]", request: PageRequest) -> "QuerySet[Any]":
    """As the page's URL says. Raises Invalid for a choice that there is not."""
    state, via, type_ = (request.GET.get(name, "") for name in ("state", "via", "type"))
    one_of(state, [value for value, _ in FATES], "state")
    one_of(via, ["", *InboundEvent.Via.values], "via")
    given = {"state": state, "via": via, "type": type_[:100]}
    return rows.filter(**{name: value for name, value in given.items() if value})


def one_of(value: str, choices: Sequence[str], name: str) -> None:
    if value not in choices:
        known = ", ".join(choice for choice in choices if choice)
        raise Invalid(fields={name: [f"“{value[:40]}” is no {name}. Choose one of: {known}."]})


def pretty(payload: Any, connection: Connection) -> str:
    """JSON as text, for people; without our secrets, and cut where it is endless."""
    text = concealed(json.dumps(payload, indent=2, ensure_ascii=False, sort_keys=False), connection)
    left = len(text) - LONGEST_PAYLOAD
    return f"{text[:LONGEST_PAYLOAD]}\n… {left:,} more characters" if left > 0 else text


def _event(connection: Connection, event: InboundEvent) -> dict[str, Any]:
    return {
        "connection": connection,
        "system": system_called(connection.system),
        "event": event,
        "payload": pretty(event.payload, connection),
    }


def _found(request: PageRequest, connection: Connection, pk: UUID) -> InboundEvent:
    rows = InboundEvent.objects.visible_to(request.actor).filter(connection=connection).defer("body")
    found: InboundEvent = get_object_or_404(rows, pk=pk)
    return found


def _choices(connection: Connection) -> dict[str, Any]:
    """The types that came lately, and whether there is anything to replay."""
    rows = InboundEvent.objects.filter(connection=connection)
    lately = rows.order_by("-arrived_at").values_list("type", flat=True)[:RECENT_TYPES]
    return {
        "types": sorted(set(lately)),
        "vias": InboundEvent.Via.choices,
        "failed": rows.filter(state=InboundEvent.State.DEAD).count(),
    }
