"""What a page answers, to htmx and to a browser without it."""

from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from crm.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Stale

_STATUS: tuple[tuple[type[Refusal], int], ...] = ((NotFound, 404), (NotAllowed, 403), (Stale, 409), (Conflict, 409))


class Row(Protocol):
    """Something that changed: the noun of its events, and its id."""

    @property
    def subject(self) -> str: ...

    @property
    def id(self) -> UUID: ...


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page. Going back in the history, it asks for the whole."""
    htmx = getattr(request, "htmx", None)
    return isinstance(htmx, HtmxDetails) and bool(htmx) and not htmx.history_restore_request


def shown_on(request: HttpRequest) -> str:
    """The path and query of the page of ours that htmx asks from; empty where there is none."""
    try:
        htmx = getattr(request, "htmx", None)
        return (htmx.current_url_abs_path or "") if isinstance(htmx, HtmxDetails) else ""
    except ValueError:  # an address that is none
        return ""


def status_of(refusal: Refusal) -> int:
    return next((status for kind, status in _STATUS if isinstance(refusal, kind)), 422)


def sentence(refusal: Refusal) -> str:
    """What a person is told: for a form the texts of its fields, else the refusal's own sentence."""
    if isinstance(refusal, Invalid) and refusal.fields:
        return " ".join(text for texts in refusal.fields.values() for text in texts)
    return refusal.message


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The sentence in a toast for htmx, which leaves the page as it is; else a page of its own with a way back."""
    context = {"sentence": sentence(refusal), "back": back(request)}
    if not wants_part(request):
        return render(request, "refused.html", context, status=status_of(refusal))
    response = render(request, "_toast.html", context, status=status_of(refusal))
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def back(request: HttpRequest) -> str:
    """The page they came from, where it is one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else "/"


def see(url: str) -> HttpResponseRedirect:
    """After a POST: go and look at `url`."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def told(request: HttpRequest, response: HttpResponse, words: str, *, undo: UUID | None = None) -> HttpResponse:
    """`response`, which also says `words` in a toast, with a button that takes it back where there is an `undo`. A
    plain browser finds it on the page that it goes to."""
    if not wants_part(request):
        messages.info(request, words, extra_tags=str(undo or ""))
        return response
    toast = render_to_string("_told.html", {"sentence": words, "undo": undo}, request)
    response.write(toast)
    return response


def changed(response: HttpResponse, *rows: Row) -> HttpResponse:
    """`response`, upon which the page shows these rows anew, as if the live stream had named them."""
    events = [{"type": f"{row.subject}.changed", "subject": row.subject, "id": str(row.id)} for row in rows]
    return trigger_client_event(response, "changed-here", {"events": events})
