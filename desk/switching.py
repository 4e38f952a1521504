"""Choosing the client that every page looks at, where there are more than a menu holds."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from crm.pages.answers import wants_part

MOST = 20


@require_GET
@page
def choices(request: PageRequest) -> HttpResponse:
    """Those whose name has what was typed: the first few for the menu, all of them on a page of their own."""
    wanted = request.GET.get("named", "").strip().casefold()
    named = [client for client in request.clients if wanted in client.name.casefold()]
    shown = {"room": _room(request), "found": named, "wanted": wanted}
    if wants_part(request):
        return render(request, "_clients.html", {**shown, "found": named[:MOST], "rest": len(named[MOST:])})
    return render(request, "desk/clients/choices.html", shown)


def _room(request: PageRequest) -> str:
    """A page of ours: the link that is made of it leads nowhere else."""
    wanted = request.GET.get("room", "")
    try:
        resolve(wanted)
    except Resolver404:
        return reverse("desk:today")
    return wanted
