"""The workspace's own page, the end of a workspace, and the way from one to another."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.deletion import delete_workspace
from accounts.models import Membership, Role
from accounts.sessions import WORKSPACE
from activity.live import announce
from activity.live.notices import WORKSPACE_GONE
from clients.pages import PageRequest, page
from crm.errors import Invalid, NotAllowed, Refusal
from crm.pages.answers import see, status_of, told
from crm.pages.typed import identifier
from desk.people import places, second_steps, workspace
from desk.people.access_form import errors
from desk.people.entrance import enter, entrance
from desk.people.members import must_run_workspace
from desk.people.opening_pages import FIELDS

# Who has no second step is named; of more than so many it is told how many they are.
BARE_NAMED = 20


@require_http_methods(["GET", "POST"])
@page
def own(request: PageRequest) -> HttpResponse:
    must_run_workspace(request.actor)
    if request.method == "GET":
        return _shown(request)
    try:
        given = {name: request.POST.get(name, "") for name in FIELDS}
        version = request.POST.get("version", "")
        workspace.change(
            actor=request.actor, name=given.pop("workspace_name"), **given,
            version=int(version) if version.isascii() and version.isdigit() else None,
        )  # fmt: skip
    except Refusal as refusal:
        return _shown(request, refusal)
    return told(request, see(reverse("people:workspace")), "Saved.")


@require_POST
@page
def second_step(request: PageRequest) -> HttpResponse:
    required = bool(request.POST.get("required"))
    second_steps.require(actor=request.actor, required=required)
    words = "A second step is required from now on." if required else "Each member chooses for themselves now."
    return told(request, see(reverse("people:workspace")), words)


def _shown(request: PageRequest, refusal: Refusal | None = None) -> HttpResponse:
    now = request.actor.workspace
    chosen = {"workspace_name": now.name, "currency": now.currency, "time_zone": now.time_zone, "region": now.region}
    if isinstance(refusal, Invalid):
        chosen = {name: request.POST.get(name, "") for name in FIELDS}
    bare = second_steps.without(now)
    return render(request, "desk/people/workspace.html", {
        "chosen": chosen,
        "errors": errors(refusal),
        "currencies": places.currencies(),
        "regions": places.regions(),
        "zones": places.zones(now.time_zone),
        "bare": list(bare[:BARE_NAMED]),
        "bare_count": bare.count(),
        "people_count": Membership.objects.filter(workspace=now, is_active=True, user__is_active=True).count(),
        "may_delete": request.actor.role == Role.OWNER,
    }, status=status_of(refusal) if refusal else 200)  # fmt: skip


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest) -> HttpResponse:
    """Whoever deletes it types its slug; everything in it is gone."""
    must_run_workspace(request.actor)
    if request.actor.role != Role.OWNER:
        raise NotAllowed("Only an owner may delete a workspace.", code="owner_required")
    slug, typed = request.actor.workspace.slug, request.POST.get("slug", "").strip()
    if request.method == "GET" or typed != slug:
        wrong = f"Type “{slug}”, as it is written above." if request.method == "POST" else ""
        return render(request, "desk/people/delete.html", {"error": wrong}, status=422 if wrong else 200)
    with transaction.atomic():
        delete_workspace(actor=request.actor, confirm_slug=typed)
        gone = request.actor.workspace.pk
        announce(gone, None, type=WORKSPACE_GONE, subject="workspace", id=gone)
    request.session.pop(WORKSPACE, None)
    messages.info(request, f"{request.actor.workspace.name} is deleted, with everything that was in it.")
    return see(reverse("people:workspaces"))


@login_required
@require_GET
@entrance
def listed(request: HttpRequest) -> HttpResponse:
    """The workspaces that one is in. Not behind the door of pages: who was shut out of one finds the others here."""
    return render(request, "desk/people/workspaces.html", {
        "memberships": list(_mine(request)),
        "here": request.session.get(WORKSPACE, ""),
        "may_open": settings.SIGNUP,
    })  # fmt: skip


@login_required
@require_POST
@entrance
def switch(request: HttpRequest) -> HttpResponse:
    wanted = identifier(request.POST.get("workspace", ""), "workspace")
    member = get_object_or_404(_mine(request), workspace=wanted)
    enter(request.session, member)
    return told(request, see("/"), f"You are in {member.workspace.name} now.")


def _mine(request: HttpRequest) -> "QuerySet[Membership]":
    rows = Membership.objects.select_related("workspace").filter(user=request.user.pk, is_active=True)
    return rows.order_by("workspace__name", "pk")
