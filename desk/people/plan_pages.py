"""The page on which an owner sees what the plan allows, what is used of it, and chooses another."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.plans import ALLOWANCES, COUNTED, Plan, Room
from clients.pages import PageRequest, page
from crm.pages.answers import see, told
from desk.people import plan as plans


@dataclass(frozen=True)
class Line:
    """One thing that plans differ in: what is used of it, and what each plan allows, in words."""

    name: str
    allowed: list[str]
    room: Room | None = None
    used: str = ""


@require_http_methods(["GET", "POST"])
@page
def plan(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        workspace = plans.change_plan(actor=request.actor, plan=request.POST.get("plan", ""))
        words = f"{workspace.name} is on the plan {Plan(workspace.plan).label}."
        return told(request, see(reverse("people:plan")), words)
    request.actor.must_administer()
    request.actor.must_see_all()
    return render(request, "desk/people/plan.html", {
        "plans": [Plan(each) for each in ALLOWANCES],
        "lines": list(_lines(request)),
        "may_change": request.actor.role == Role.OWNER,
    })  # fmt: skip


def _lines(request: PageRequest) -> list[Line]:
    found = plans.usage(request.actor.workspace)
    counted = [Line(_title(what), _limits(what), room=found.rooms[what]) for what in COUNTED]
    return [
        *counted,
        Line("Clients", ["yes" if each.clients else "no" for each in ALLOWANCES.values()], used=f"{found.clients:,}"),
        Line("API requests a minute", [f"{each.requests_per_minute:,}" for each in ALLOWANCES.values()]),
    ]


def _title(what: str) -> str:
    several = COUNTED[what][1]
    return several[0].upper() + several[1:]


def _limits(what: str) -> list[str]:
    limits = [each.limit(what) for each in ALLOWANCES.values()]
    return ["no limit" if limit is None else f"{limit:,}" for limit in limits]
