"""Today, and the list of all follow-ups that it leads to."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Role
from clients.pages import PageRequest, page
from crm.pages.answers import wants_part
from desk.today import queries
from desk.today.queries import Some

EVERYONES = "all"


@dataclass(frozen=True)
class Section:
    """template: what shows one row. full: the page that has all of them, where there is one."""

    key: str
    title: str
    icon: str
    found: Some
    template: str
    full: str = ""
    aside: bool = False


@require_GET
@page
def today(request: PageRequest) -> HttpResponse:
    template = "desk/_today.html" if wants_part(request) else "desk/today.html"
    return render(request, template, today_of(request))


@require_GET
@page
def start(request: PageRequest) -> HttpResponse:
    """Where the day begins: Today if it has anything, else the inbox. Somebody of a client, who looks on: at them."""
    if request.actor.role == Role.VIEWER and request.actor.only_client and request.has_clients:
        return HttpResponseRedirect(reverse("desk:client", args=[request.actor.only_client]))
    begins = "desk:today" if any(one.found.count for one in sections_of(request)) else "inbox:list"
    response: HttpResponseRedirect = redirect(begins)
    return response


@require_GET
@page
def my_turn(request: PageRequest) -> HttpResponse:
    """How many wait for this person, for the rail."""
    return render(request, "desk/_my_turn.html", {"count": queries.waiting(request.looking, mine=is_mine(request))})


@require_GET
@page
def follow_ups(request: PageRequest) -> HttpResponse:
    found = queries.all_follow_ups(request.looking, request.GET.get("more", ""), mine=is_mine(request))
    shown = {"stretch": found, "mine": is_mine(request), **days_of()}
    return render(request, "desk/_due_rows.html" if wants_part(request) else "desk/follow_ups.html", shown)


def is_mine(request: PageRequest) -> bool:
    """A client's viewer owns nothing: they see what there is."""
    return request.actor.can_write and request.GET.get("whose") != EVERYONES


def days_of() -> dict[str, Any]:
    now = timezone.now()
    return {"now": now, "tonight": queries.end_of_day(now)}


def today_of(request: PageRequest) -> dict[str, Any]:
    sections = [one for one in sections_of(request) if one.found.count]
    columns = [[one for one in sections if one.aside is aside] for aside in (False, True)]
    shown = {"columns": [column for column in columns if column], "mine": is_mine(request), **days_of()}
    if not sections:
        shown["next_due"] = queries.next_due(request.looking, timezone.now(), mine=is_mine(request))
    return shown


def sections_of(request: PageRequest) -> list[Section]:
    looking, mine, now = request.looking, is_mine(request), timezone.now()
    kept = _kept(request)
    inbox, board = reverse("inbox:list"), reverse("deals:board")
    return [
        Section("mentions", "You were named", "at-symbol", queries.mentions(looking), "desk/_named.html"),
        Section(
            "turn", "My turn" if mine else "Our turn", "arrow-turn-down-left", queries.my_turn(looking, mine=mine),
            "desk/_waiting.html", f"{inbox}?split=ours{kept}",
        ),
        Section(
            "meetings", "Meetings asked for", "calendar-days", queries.meetings(looking, mine=mine),
            "desk/_waiting.html", f"{inbox}?split=ours&intent=booking{kept}",
        ),
        Section(
            "follow-ups", "Follow-ups", "bell", queries.follow_ups(looking, now, mine=mine), "desk/_due.html",
            f"{reverse('desk:follow_ups')}?whose={'mine' if mine else EVERYONES}{kept}", aside=True,
        ),
        Section(
            "stalled", "Deals that stand still", "clock", queries.stalled(looking, now, mine=mine),
            "desk/_stalled.html", f"{board}?health=stalled{kept}", aside=True,
        ),
    ]  # fmt: skip


def _kept(request: PageRequest) -> str:
    return f"&client={request.client.pk}" if request.client else ""
