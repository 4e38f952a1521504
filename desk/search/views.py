"""The page of a search."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import wants_part
from desk.search import queries
from desk.search.kinds import KINDS, NOTES, Kind
from desk.search.queries import Group

LONGEST = 200


@require_GET
@page
def search(request: PageRequest) -> HttpResponse:
    if wants_part(request) and "more" in request.GET:
        shown = results_of(request)
        return render(request, "desk/_found_rows.html", {**shown, "group": next(iter(shown["groups"]), None)})
    return render(request, "desk/search.html", {**results_of(request), "kinds": kinds_of(request)})


def asked_of(request: PageRequest) -> str:
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise Invalid(f"Search for at most {LONGEST} characters.")
    return text


def kinds_of(request: PageRequest) -> list[Kind]:
    return [kind for kind in KINDS.values() if kind != NOTES or request.actor.on_team]


def results_of(request: PageRequest) -> dict[str, Any]:
    asked = asked_of(request)
    kind = KINDS.get(request.GET.get("kind", ""))
    shown: dict[str, Any] = {"asked": asked, "kind": kind, "too_short": not queries.is_enough(asked), "groups": []}
    if not shown["too_short"]:
        shown["groups"] = _groups(request, asked, kind)
    return shown


def _groups(request: PageRequest, asked: str, kind: Kind | None) -> list[Group]:
    if kind is None:
        return queries.everything(request.looking, asked, kinds_of(request))
    found = queries.group(request.looking, asked, kind, mark=request.GET.get("more", ""))
    return [found] if found.found.rows else []
