"""/crm/create, /crm/fetch, /crm/update/<lead_id>: QuickReply's own paths and words.

Success is 200 with the documented body. A failure has the documented body too, and says by its status whether to try
again: 400 what was sent cannot be used, 401 the key, 404 no such lead, 405 the method, 409 an address that another lead
has, 413 and 415 the body, 429 too many calls (Retry-After), 503 the connection is paused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import Throttled

from contacts.models import Contact
from crm.errors import Conflict, Invalid, NotFound, Refusal
from integrations.quickreply import leads, saving
from integrations.quickreply.callers import Call, Paused, WrongKey, call_of
from integrations.quickreply.calls_in import NotSpoken, TooLarge

CREATED, UPDATED = "Successfully Created", "Successfully Updated"
_STATUSES: Mapping[type[Refusal], int] = {
    WrongKey: 401, NotFound: 404, Conflict: 409, TooLarge: 413, NotSpoken: 415, Paused: 503
}  # fmt: skip


def door(*methods: str, failure: str) -> Callable[[Callable[..., dict[str, Any]]], Callable[..., HttpResponse]]:
    """A view for calls with these methods. What it refuses is told as QuickReply documents: `failure` as the status,
    and a reason."""

    def made(verb: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            if request.method not in methods:
                answer = _failed(failure, f"Use {' or '.join(methods)}.", 405)
                answer.headers["Allow"] = ", ".join(methods)
                return answer
            try:
                answer = JsonResponse(verb(call_of(request), **path))
            except Throttled as error:
                answer = _failed(failure, "Too many calls. Try again later.", 429)
                answer.headers["Retry-After"] = str(int(getattr(error, "wait", None) or 1))
            except Refusal as refusal:
                answer = _failed(failure, refusal.message, _status(refusal))
            for name, value in getattr(request, "rate_headers", {}).items():
                answer.headers[name] = value
            return answer

        return csrf_exempt(view)

    return made


@door("POST", failure="Creation Failed")
def create(call: Call) -> dict[str, Any]:
    """A new lead, or the one there is. A lead_id in the body makes it an update of that lead."""
    envelope = "event" in call.given and isinstance(call.given.get("data"), Mapping)
    call = call.of(call.given["data"]) if envelope else call
    one = call.lead()
    if not envelope:
        leads.whole(call.given, one)
    elif not one.addresses:
        raise Invalid("Give a phone or an email.")
    return _saved(call, one, "crm.update" if one.lead_id else "crm.create", id=envelope)


@door("POST", "PUT", failure="Update Failed")
def update(call: Call, lead_id: str) -> dict[str, Any]:
    call = call.of({**call.given, "lead_id": lead_id})
    one = call.lead()
    leads.whole(call.given, one)
    return _saved(call, one, "crm.update", id=False)


@door("GET", "POST", failure="Not Found")
def fetch(call: Call) -> dict[str, Any]:
    criteria = {name: value for name, value in call.given.items() if name in ("phone", "email", "lead_id")}
    one = call.of(criteria).lead()
    if not one.addresses and not one.lead_id:
        raise Invalid("Give at least one of phone, email and lead_id.")
    contact: Contact | None = saving.found(call.connected, one)
    if contact is None:
        raise NotFound("No matching lead")
    return {"lead_id": str(contact.pk), "lead_fields": leads.shown(contact, call.names)}


@transaction.atomic
def _saved(call: Call, one: leads.Lead, type: str, *, id: bool) -> dict[str, Any]:
    at = timezone.now()
    met = saving.save(call.connected, one, at)
    saving.keep(call.connected, type=type, payload=call.given, at=at, outcome=saving.in_words(met))
    lead_id = str(met.contact.pk)
    status = UPDATED if type == "crm.update" else CREATED
    return {"lead_id": lead_id, **({"id": lead_id} if id else {}), "status": status}


def _status(refusal: Refusal) -> int:
    return next((status for kind, status in _STATUSES.items() if isinstance(refusal, kind)), 400)


def _failed(status: str, reason: str, code: int) -> HttpResponse:
    return JsonResponse({"status": status, "reason": reason}, status=code)
