"""The pages of saved views: opening one, keeping one, and putting them in order."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from desk.models import SavedView
from desk.saved import actions, rooms
from desk.saved.rooms import ROOMS, Room


@require_GET
@page
def opened(request: PageRequest, pk: UUID) -> HttpResponse:
    """The list that the view stands for; or, where it names what is not there any more, a page that says so."""
    view = _found(request, pk)
    gone = rooms.missing(request.actor, view.query)
    if not gone:
        return see(rooms.url_of(view))
    shown = {"view": view, "gone": gone, "may_change": actions.may_change(request.actor, view)}
    return render(request, "desk/view_gone.html", shown, status=404)


@require_GET
@page
def counts(request: PageRequest, room: str) -> HttpResponse:
    """How many each pinned view lists, put in beside their names after the page is shown."""
    pinned = [view for view in views_of(request, _room(room)) if view.pinned]
    counted = [(view, _counted(request, view)) for view in pinned]
    return render(request, "desk/_view_counts.html", {"counted": counted})


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, room: str) -> HttpResponse:
    """Ask for a name, then keep what the page lists now under it."""
    wanted = _room(room)
    query = rooms.kept(wanted, _query_of_the_page(request))
    if request.method == "GET":
        shown = {"room": wanted, "query": query, "may_share": actions.may_share(request.actor)}
        return render(request, "desk/_view_new.html" if wants_part(request) else "desk/view_new.html", shown)
    kept = rooms.asking(request, query)
    wanted.rows(kept)  # what no filter takes is refused before it is kept
    view = actions.save(
        actor=request.actor, room=room, name=request.POST.get("name", ""), query=query,
        client_id=kept.client.pk if kept.client else None, shared="shared" in request.POST,
        pinned="pinned" in request.POST,
    )  # fmt: skip
    words = f"View “{view.name}” saved."
    if not wants_part(request):
        return told(request, see(rooms.url_of(view)), words)
    response = render(kept, "desk/_views_swap.html", menu(kept, room))
    response.headers["HX-Trigger"] = "close-dialog"
    return told(request, response, words)


@require_GET
@page
def arranged(request: PageRequest) -> HttpResponse:
    """All the views a person has, with what they can do to each."""
    return render(request, "desk/views.html", {"groups": [_group(request, room) for room in ROOMS.values()]})


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    view = _found(request, pk)
    actions.change(actor=request.actor, view=view, name=request.POST.get("name", ""), shared="shared" in request.POST)
    return _answer(request, view.room, f"View “{view.name}” saved.")


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    view = _found(request, pk)
    undo = actions.delete(actor=request.actor, view=view)
    return _answer(request, view.room, f"View “{view.name}” deleted.", undo=undo.pk if undo else None)


@require_POST
@page
def pin(request: PageRequest, pk: UUID) -> HttpResponse:
    view = _found(request, pk)
    actions.pin(actor=request.actor, view=view, pinned=request.POST.get("pinned") == "yes")
    return _answer(request, view.room)


@require_POST
@page
def move(request: PageRequest, pk: UUID) -> HttpResponse:
    """One place up or down."""
    view = _found(request, pk)
    there = views_of(request, ROOMS[view.room])
    at = there.index(view)
    to = at + {"up": -1, "down": 1}.get(request.POST.get("way", ""), 0)
    if 0 <= to < len(there):
        there.insert(to, there.pop(at))
        actions.arrange(actor=request.actor, views=there)
    return _answer(request, view.room)


def menu(request: PageRequest, room: str) -> dict[str, Any]:
    """What stands beside the head of a room: its views, which of them the page shows, and which are in sight."""
    query = rooms.kept(ROOMS[room], request.GET)
    views = views_of(request, ROOMS[room])
    current = next((view for view in views if view.query == query), None)
    return {"room": ROOMS[room], "views": views, "pinned": [view for view in views if view.pinned], "current": current}


def views_of(request: PageRequest, room: Room) -> list[SavedView]:
    """What the person finds in the menu of a room. One query."""
    views = SavedView.objects.visible_to(request.actor).filter(room=room.key).select_related("client", "member__user")
    return list(views.arranged_for(request.actor))


def _found(request: PageRequest, pk: UUID) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.actor), pk=pk)


def _room(key: str) -> Room:
    if key not in ROOMS:
        raise Http404
    return ROOMS[key]


def _counted(request: PageRequest, view: SavedView) -> str:
    """Empty where the view names what is gone: its page says what."""
    try:
        return rooms.count(request, view)
    except (Http404, Invalid):
        return ""


def _query_of_the_page(request: PageRequest) -> QueryDict:
    """The filter is that of the page one is on, whatever htmx put into its address since it was drawn."""
    if request.method == "POST":
        return QueryDict(request.POST.get("query", "")[: rooms.LONGEST])
    if wants_part(request) and request.htmx.current_url:
        return QueryDict(request.htmx.current_url.partition("?")[2][: rooms.LONGEST])
    return request.GET


def _group(request: PageRequest, room: Room) -> dict[str, Any]:
    views = views_of(request, room)
    return {
        "room": room,
        "name": SavedView.Room(room.key).label,
        "views": [(view, actions.may_change(request.actor, view)) for view in views],
        "may_share": actions.may_share(request.actor),
    }


def _answer(request: PageRequest, room: str, words: str = "", *, undo: UUID | None = None) -> HttpResponse:
    """htmx gets the room's part of the page of views anew."""
    if wants_part(request):
        response: HttpResponse = render(request, "desk/_views_group.html", {"group": _group(request, ROOMS[room])})
    else:
        response = see(reverse("desk:views"))
    return told(request, response, words, undo=undo) if words else response
