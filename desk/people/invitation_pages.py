"""Inviting somebody, sending the invitation again, taking it back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.invitations import people_used
from accounts.models import Invitation, Role
from accounts.plans import room
from clients.pages import PageRequest, page
from crm.errors import Refusal
from crm.pages.answers import see, status_of, told
from desk.people import access_form, invitations
from desk.people.members import must_run_workspace


@require_http_methods(["GET", "POST"])
@page
def invite(request: PageRequest) -> HttpResponse:
    must_run_workspace(request.actor)
    if request.method == "GET":
        return _shown(request)
    try:
        asked = access_form.asked(request)
        made = invitations.invite(
            actor=request.actor, email=request.POST.get("email", ""), role=asked.role, client_ids=asked.client_ids
        )
    except Refusal as refusal:
        return _shown(request, refusal)
    return told(request, see(reverse("people:list")), f"{made.email} is invited: the mail is on its way.")


@require_POST
@page
def send_again(request: PageRequest, pk: UUID) -> HttpResponse:
    invitation = _found(request, pk)
    invitations.send_again(actor=request.actor, invitation=invitation)
    return told(request, see(reverse("people:list")), f"Another mail to {invitation.email} is on its way.")


@require_POST
@page
def withdraw(request: PageRequest, pk: UUID) -> HttpResponse:
    invitation = _found(request, pk)
    invitations.withdraw(actor=request.actor, invitation=invitation)
    return told(request, see(reverse("people:list")), f"The invitation of {invitation.email} is withdrawn.")


def _found(request: PageRequest, pk: UUID) -> Invitation:
    must_run_workspace(request.actor)
    return get_object_or_404(Invitation.objects.visible_to(request.actor), pk=pk)


def _shown(request: PageRequest, refusal: Refusal | None = None) -> HttpResponse:
    return render(request, "desk/people/invite.html", {
        "form": access_form.form(request, role=Role.AGENT, chosen=None, refusal=refusal),
        "email": request.POST.get("email", ""),
        "room": room(request.actor.workspace, "people", people_used(request.actor.workspace)),
    }, status=status_of(refusal) if refusal else 200)  # fmt: skip
