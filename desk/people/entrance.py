"""The door of pages that people come to before they are in a workspace: by a mailed link, or to open one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from rest_framework.exceptions import Throttled

from accounts import rates
from accounts.models import Membership
from accounts.sessions import WORKSPACE
from clients.pages import must_be_text
from crm.errors import Conflict, Refusal
from crm.pages.answers import sentence, status_of

# A link that was good once and is no more (RFC 9110, 15.5.11).
GONE = 410


def entrance(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Asked for anew each time, kept by nobody; a refusal becomes a page with its sentence. What is sent is counted for
    each network address."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            must_be_text(request)
            if request.method == "POST":
                rates.charge_unknown(request)
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            response = refused(request, refusal)
        except Throttled:
            response = _too_many(request)
        add_never_cache_headers(response)
        return response

    return door


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    gone = isinstance(refusal, Conflict) and refusal.code.startswith(("invitation_", "link_"))
    status = GONE if gone else status_of(refusal)
    return render(request, "desk/people/link.html", {"sentence": sentence(refusal)}, status=status)


def _too_many(request: HttpRequest) -> HttpResponse:
    words = "Too many attempts from your network. Wait a minute, then try again."
    response = render(request, "desk/people/link.html", {"sentence": words}, status=429)
    response["Retry-After"] = str(rates.MINUTE)
    return response


def enter(session: SessionBase, member: Membership) -> None:
    """From now on the session is in this workspace."""
    session[WORKSPACE] = str(member.workspace_id)


def sign_in(request: HttpRequest, member: Membership) -> HttpResponse:
    """Whoever has just chosen a password is in, as if they had signed in with it."""
    record_authentication(request, member.user, "password", email=member.user.email)
    response: HttpResponse = perform_login(request, member.user, email_verification="none", redirect_url="/")
    enter(request.session, member)
    return response
