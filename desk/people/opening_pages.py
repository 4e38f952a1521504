"""Signing up: an address first, then, from the link that was mailed to it, the person and their workspace."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from crm.errors import Conflict, Invalid, Refusal
from crm.pages.answers import see, status_of, told
from desk.people import opening, places
from desk.people.access_form import errors
from desk.people.entrance import enter, entrance, sign_in

FIELDS = ("workspace_name", "currency", "time_zone", "region")


@require_http_methods(["GET", "POST"])
@entrance
def sign_up(request: HttpRequest) -> HttpResponse:
    opening.must_be_open()
    if request.user.is_authenticated:
        return see(reverse("people:open_another"))
    refusal = None
    if request.method == "POST":
        try:
            opening.ask(email=request.POST.get("email", ""))
        except Invalid as wrong:
            refusal = wrong
        else:
            return render(request, "desk/people/sign_up_sent.html", {"email": request.POST["email"].strip()})
    shown = {"email": request.POST.get("email", ""), "errors": errors(refusal)}
    return render(request, "desk/people/sign_up.html", shown, status=422 if refusal else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@entrance
def open_with_link(request: HttpRequest, token: str) -> HttpResponse:
    email = opening.address_of(token)
    if request.method == "GET":
        return _shown(request, email=email)
    try:
        name, password = request.POST.get("name", ""), request.POST.get("password", "")
        member = opening.open_with(token=token, name=name, password=password, **_about(request))
    except Invalid as refusal:
        return _shown(request, refusal, email=email)
    return sign_in(request, member)


@login_required
@require_http_methods(["GET", "POST"])
@entrance
def open_another(request: HttpRequest) -> HttpResponse:
    """For whoever has an account: their address is known to be theirs."""
    opening.must_be_open()
    if not isinstance(request.user, User) or request.method == "GET":
        return _shown(request)
    try:
        member = opening.open_workspace(owner=request.user, **_about(request))
    except (Invalid, Conflict) as refusal:
        return _shown(request, refusal)
    enter(request.session, member)
    return told(request, see("/"), f"{member.workspace.name} is open.")


def _about(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in FIELDS}


def _shown(request: HttpRequest, refusal: Refusal | None = None, *, email: str = "") -> HttpResponse:
    """email: of somebody who is new; empty for whoever is signed in."""
    guess = places.likely(request.headers.get("Accept-Language", ""))
    chosen = {"currency": guess.currency, "time_zone": guess.time_zone, "region": guess.region, "workspace_name": ""}
    if request.method == "POST":
        chosen = _about(request)
    return render(request, "desk/people/open.html", {
        "email": email,
        "name": request.POST.get("name", ""),
        "chosen": chosen,
        "errors": errors(refusal),
        "currencies": places.currencies(),
        "regions": places.regions(),
        "zones": places.zones(),
        "guessed": request.method == "GET",
    }, status=status_of(refusal) if refusal else 200)  # fmt: skip
