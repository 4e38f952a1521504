"""The page that gathers everything about signing in, and the verbs that are not allauth's."""

from functools import partial
from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import addresses, sessions
from accounts.models import Membership, User
from accounts.passkeys import why_not
from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid
from crm.pages.answers import see, sentence, told
from desk.security import recorded


@require_safe
@page
def overview(request: PageRequest) -> HttpResponse:
    user = _user(request)
    ways = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))
    passkeys = [way for way in ways if way.type == Authenticator.Type.WEBAUTHN]
    codes = next((way.wrap() for way in ways if way.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "user": user,
        "app": next((way for way in ways if way.type == Authenticator.Type.TOTP), None),
        "passkeys": passkeys,
        "codes_left": len(codes.get_unused_codes()) if codes else None,
        "no_passkeys": why_not(request),
        "sessions": list(sessions.sessions_of(user)),
        "this_key": request.session.session_key,
    }
    return render(request, "desk/security/page.html", context)


@require_safe
@partial(page, sets_up_second_step=True)
def second_step(request: PageRequest) -> HttpResponse:
    """Where a workspace that asks for a second step leads whoever has none."""
    member = cast("Membership", request.actor.membership)
    if not member.lacks_second_step:
        return see(reverse("security"))
    return render(request, "desk/security/first.html", {"no_passkeys": why_not(request)})


@require_POST
@page
def end(request: PageRequest, pk: int) -> HttpResponse:
    chosen = sessions.sessions_of(_user(request)).filter(pk=pk).exclude(session_key=request.session.session_key or "")
    if not recorded.ended(_user(request), lambda: sessions.end(chosen)):
        raise Http404
    return told(request, see(reverse("security")), "Signed out there.")


@require_POST
@page
def end_others(request: PageRequest) -> HttpResponse:
    user = _user(request)
    recorded.ended(user, lambda: sessions.end_others(user, request.session.session_key))
    return told(request, see(reverse("security")), "Signed out everywhere but here.")


@require_http_methods(["GET", "POST"])
@page
@reauthentication_required(app="allauth.mfa")
def address(request: PageRequest) -> HttpResponse:
    """Where a person asks for another address to sign in with."""
    given, errors = "", ""
    if request.method == "POST":
        given = request.POST.get("email", "")
        try:
            to = addresses.ask_to_change(user=_user(request), email=given)
        except Invalid as refusal:
            errors = sentence(refusal)
        else:
            words = f"Open the link that is sent to {to}. Until then you sign in with the old address."
            return told(request, see(reverse("security")), words)
    context = {"given": given, "error": errors, "user": _user(request)}
    return render(request, "desk/security/address.html", context, status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the mail, signed in or not. Only the button changes something: programs that look into mails
    follow each link in them."""
    try:
        if request.method == "POST":
            user = recorded.address_changed(token)
            return render(request, "account/address_changed.html", {"to": user.email})
        user, to = addresses.opened(token)
    except Conflict as refusal:
        return render(request, "account/address_gone.html", {"sentence": refusal.message}, status=409)
    return render(request, "account/address_confirm.html", {"person": user, "to": to, "token": token})


def _user(request: PageRequest) -> User:
    return cast("Membership", request.actor.membership).user
