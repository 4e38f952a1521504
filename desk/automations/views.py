"""The page of the automations, and that of one with its dry run."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from activity import rehearsing
from activity.models import Run
from activity.switching import switch
from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from desk.automations import queries

LENGTH = 50
STATES = {"on": True, "off": False}


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    _must_run_the_workspace(request)
    workspace = request.actor.workspace
    shown = {
        "automations": queries.automations(workspace), "agents": queries.in_turn(workspace), "days": rehearsing.DAYS,
    }  # fmt: skip
    return render(request, "desk/automations/page.html", shown)


@require_GET
@page
def shown(request: PageRequest, name: str) -> HttpResponse:
    """One automation with its latest dry run; while that is at work, the page asks for its part each second."""
    _must_run_the_workspace(request)
    run = rehearsing.latest(request.actor.workspace, name)
    about = {"automation": _found(request, name), "days": rehearsing.DAYS, **_rehearsed(request, run)}
    return render(request, f"desk/automations/{'_rehearsal' if wants_part(request) else 'one'}.html", about)


@require_POST
@page
def turn(request: PageRequest, name: str) -> HttpResponse:
    """`to` says how it shall be, so that two presses do not undo each other."""
    to = request.POST.get("to", "")
    if to not in STATES:
        raise Invalid("Say whether it shall be on or off.")
    undo = switch(actor=request.actor, name=name, enabled=STATES[to])
    words = f"Switched {to}." if undo else f"It is {to} already."
    return told(request, see(_back(request, name)), words, undo=undo.pk if undo else None)


@require_POST
@page
def rehearse(request: PageRequest, name: str) -> HttpResponse:
    rehearsing.start(request.actor, name)
    return see(reverse("desk:automation", args=[name]))


def _must_run_the_workspace(request: PageRequest) -> None:
    request.actor.must_administer()
    request.actor.must_see_all()


def _found(request: PageRequest, name: str) -> queries.Automation:
    for one in queries.automations(request.actor.workspace):
        if one.reader.name == name:
            return one
    raise Http404


def _back(request: PageRequest, name: str) -> str:
    return reverse("desk:automation", args=[name]) if "one" in request.POST else reverse("desk:automations")


def _rehearsed(request: PageRequest, run: Run | None) -> dict[str, Any]:
    if run is None:
        return {"run": None}
    about: dict[str, Any] = {"run": run, "until": parse_datetime(run.params["until"])}
    if not run.is_over:
        return {**about, "seen": run.cursor.get("seen", 0), "of": run.cursor.get("of")}
    after = request.GET.get("after", "")
    found = queries.lines(request.actor, run, after=int(after) if _is_number(after) else 0, most=LENGTH + 1)
    more = found[LENGTH - 1].number if len(found) > LENGTH else None
    return {**about, "lines": found[:LENGTH], "more": more, "conversations": queries.conversations_in(run)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
