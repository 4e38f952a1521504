"""Who is in the workspace, and one of them: role, clients, and the way out and back."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions
from accounts.invitations import people_used
from accounts.models import Membership, Role
from accounts.plans import room
from activity.models import Run
from clients.pages import PageRequest, page
from crm.errors import Refusal
from crm.pages.answers import see, status_of, told
from crm.pages.typed import identifier
from desk.people import access_form, handing_over, members, second_steps
from desk.people.members_shown import invitations, with_particulars
from desk.people.members_shown import members as shown


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    members.must_run_workspace(request.actor)
    chosen = {name: request.GET.get(name, "").strip() for name in ("named", "role", "left")}
    found = shown(
        request.actor, named=chosen["named"], role=chosen["role"], left=chosen["left"] == "yes",
        bare=chosen["left"] == "bare",
        after=identifier(request.GET.get("after", ""), "after"),
    )  # fmt: skip
    return render(request, "desk/people/list.html", {
        "members": found.rows,
        "after": found.after,
        "chosen": chosen,
        "roles": Role.choices,
        "invitations": [] if chosen["left"] == "yes" else list(invitations(request.actor)),
        "room": room(request.actor.workspace, "people", people_used(request.actor.workspace)),
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
@page
def member(request: PageRequest, pk: UUID) -> HttpResponse:
    members.must_run_workspace(request.actor)
    found = _found(request, pk)
    if request.method == "GET":
        return _shown(request, found)
    try:
        asked = access_form.asked(request)
        run = members.change_access(
            actor=request.actor, member=found, role=asked.role, client_ids=asked.client_ids, to=_heir(request)
        )
    except Refusal as refusal:
        return _shown(request, _found(request, pk), refusal)
    return _after(request, run, f"{found.user} saved.")


@require_POST
@page
def end(request: PageRequest, pk: UUID) -> HttpResponse:
    members.must_run_workspace(request.actor)
    found = _found(request, pk)
    run = members.end(actor=request.actor, member=found, to=_heir(request))
    return _after(request, run, f"{found.user} is in the workspace no more.")


@require_POST
@page
def bring_back(request: PageRequest, pk: UUID) -> HttpResponse:
    members.must_run_workspace(request.actor)
    found = _found(request, pk)
    members.bring_back(actor=request.actor, member=found)
    return told(request, see(reverse("people:member", args=[pk])), f"{found.user} is in the workspace again.")


@require_POST
@page
def reset_second_step(request: PageRequest, pk: UUID) -> HttpResponse:
    members.must_run_workspace(request.actor)
    found = _found(request, pk)
    second_steps.reset(actor=request.actor, member=found)
    words = f"{found.user} signs in with the password alone now, and is told by mail."
    return told(request, see(reverse("people:member", args=[pk])), words)


@require_POST
@page
def available(request: PageRequest, pk: UUID) -> HttpResponse:
    members.must_run_workspace(request.actor)
    found, gets = _found(request, pk), "is_available" in request.POST
    with transaction.atomic():
        actions.set_available(actor=request.actor, membership=found, is_available=gets)
    words = f"{found.user} {'gets' if gets else 'does not get'} new conversations by round robin."
    return told(request, see(reverse("people:member", args=[pk])), words)


def _found(request: PageRequest, pk: UUID) -> Membership:
    rows = Membership.objects.filter(workspace=request.actor.workspace)
    return get_object_or_404(with_particulars(rows), pk=pk)


def _shown(request: PageRequest, member: Membership, refusal: Refusal | None = None) -> HttpResponse:
    access = handing_over.access_of(member)
    form = access_form.form(request, role=member.role, chosen=access.clients, refusal=refusal)
    return render(request, "desk/people/member.html", {
        "member": member,
        "form": form,
        "in_hand": handing_over.beyond(member, handing_over.GONE),
        "heirs": list(handing_over.successors(request.actor, member)),
        "may_reset": request.actor.role == Role.OWNER and member.pk != request.actor.id,
        "may_change": member.role != Role.OWNER or request.actor.role == Role.OWNER,
    }, status=status_of(refusal) if refusal else 200)  # fmt: skip


def _heir(request: PageRequest) -> UUID | None:
    return identifier(request.POST.get("to", ""), "to")


def _after(request: PageRequest, run: Run | None, words: str) -> HttpResponse:
    """To the people; or to the run, where their work is still being handed over."""
    if run is None:
        return told(request, see(reverse("people:list")), words)
    return told(request, see(reverse("desk:run", args=[run.pk])), f"{words} Their work is being handed over.")
