"""What was told to an outside system, or is to be."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.pages import PageRequest, page
from crm.pages.answers import see, told, wants_part
from crm.pages.keyset import stretch
from integrations import replaying
from integrations.models import Connection, Push
from integrations.pages.door import administered
from integrations.pages.incoming import FATES, SHOWN, one_of, pretty
from integrations.registry import system_called


@require_GET
@page
def listed(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    state = request.GET.get("state", "")
    one_of(state, [value for value, _ in FATES], "state")
    rows = Push.objects.visible_to(request.actor).filter(connection=connection)
    narrowed = rows.filter(state=state) if state else rows
    found = stretch(narrowed, by="created_at", mark=request.GET.get("more", ""), length=SHOWN)
    shown = {"connection": connection, "system": system_called(connection.system), "stretch": found, "fates": FATES}
    if wants_part(request):
        return render(request, "integrations/_pushes.html", shown)
    shown["failed"] = rows.filter(state=Push.State.DEAD).count()
    return render(request, "integrations/pushes.html", shown)


@require_GET
@page
def shown(request: PageRequest, pk: UUID, push: UUID) -> HttpResponse:
    connection = administered(request, pk)
    return render(
        request, "integrations/_push.html" if wants_part(request) else "integrations/push.html",
        _push(connection, _found(request, connection, push)),
    )  # fmt: skip


@require_POST
@page
def replay(request: PageRequest, pk: UUID, push: UUID) -> HttpResponse:
    connection = administered(request, pk)
    replaying.push(actor=request.actor, push=_found(request, connection, push))
    if wants_part(request):
        response = render(request, "integrations/_push.html", _push(connection, _found(request, connection, push)))
    else:
        response = see(reverse("integrations:push", args=[pk, push]))
    return told(request, response, "It is sent once more.")


@require_POST
@page
def replay_failed(request: PageRequest, pk: UUID) -> HttpResponse:
    connection = administered(request, pk)
    count = replaying.all_pushes(actor=request.actor, connection=connection)
    words = f"{count:,} {'is' if count == 1 else 'are'} sent once more." if count else "There is nothing to send again."
    return told(request, see(reverse("integrations:pushes", args=[pk])), words)


def _push(connection: Connection, push: Push) -> dict[str, Any]:
    return {
        "connection": connection,
        "system": system_called(connection.system),
        "push": push,
        "params": pretty(push.params, connection) if push.params else "",
    }


def _found(request: PageRequest, connection: Connection, pk: UUID) -> Push:
    found: Push = get_object_or_404(Push.objects.visible_to(request.actor), pk=pk, connection=connection)
    return found
