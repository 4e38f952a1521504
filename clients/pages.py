"""The door of every page: who comes in, and which clients they look at."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from accounts.actors import Actor, person
from accounts.models import Membership, User
from accounts.plans import allowance
from accounts.sessions import membership_of
from activity import log
from activity.log import Position
from clients.models import Client
from crm.errors import Invalid, Refusal
from crm.pages.answers import refused, see, wants_part


class PageRequest(HttpRequest):
    """actor: the person, seeing all they may see: what a link names is looked for here. looking: the same person,
    seeing only the client chosen in the switcher: what lists show. clients: what the switcher offers; none on a plan
    without clients, to whoever sees everything. as_of: the place in the log up to which the page shows everything, and
    from where its live stream goes on; None where it has none. settings_frame: what pages of settings extend."""

    htmx: HtmxDetails
    actor: Actor
    looking: Actor
    client: Client | None
    clients: list[Client]
    has_clients: bool
    as_of: Position | None
    settings_frame: str


View = Callable[..., HttpResponseBase]


def page(view: View, *, sets_up_second_step: bool = False) -> View:
    """Let a member in, as `request.actor` and in their time zone; a refusal of an action becomes its sentence. Whoever
    is asked for a second step and has none is let in where they set it up, and led there from everywhere else."""

    @wraps(view)
    def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        membership = membership_of(user, request.session) if isinstance(user, User) else None
        if membership is None:
            return _turned_away(request)
        if membership.lacks_second_step and not sets_up_second_step:
            return HttpResponseClientRefresh() if wants_part(request) else see(reverse("second_step"))
        _enter(request, membership)
        with timezone.override(zone_of(membership)):
            try:
                must_be_text(request)
                return _unkept(view(request, *args, **kwargs))
            except Refusal as refusal:
                return _unkept(refused(request, refusal))

    return door


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    """For this person alone, and asked for anew: nobody reads it from the browser's store after they signed out."""
    patch_cache_control(response, private=True, no_cache=True)
    return response


def must_be_text(request: HttpRequest) -> None:
    """No column holds a null byte: refused here, once, rather than by the database."""
    for given in (request.GET, request.POST):
        if any("\0" in value for values in given.lists() for value in values[1]):
            raise Invalid("Null bytes cannot be kept. Take them out and try again.")


def _turned_away(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return render(request, "account/no_workspace.html", status=403)
    if wants_part(request):
        return HttpResponseClientRefresh()
    return redirect_to_login(request.get_full_path())


def _enter(request: PageRequest, membership: Membership) -> None:
    request.as_of = log.now() if _goes_on_live(request) else None
    request.actor = person(membership)
    request.settings_frame = "desk/security/frame.html" if membership.lacks_second_step else "desk/settings.html"
    request.has_clients = allowance(membership.workspace.plan).clients
    request.clients = _offered(request)
    choose_client(request)


def _offered(request: PageRequest) -> list[Client]:
    """Whoever sees only some clients is told which, on whatever plan."""
    if not request.has_clients and request.actor.clients is None:
        return []
    return list(Client.objects.visible_to(request.actor).order_by("name"))


def _goes_on_live(request: HttpRequest) -> bool:
    """A whole page from a server that can keep a stream open."""
    return isinstance(request, ASGIRequest) and not wants_part(request)


def choose_client(request: PageRequest) -> None:
    """Look at the client that the URL names. Raises Http404 where it is none of this person's."""
    request.client, request.looking = None, request.actor
    chosen = _chosen(request)
    if chosen is not None:
        look_at(request, chosen)


def look_at(request: PageRequest, client: Client) -> None:
    """The same of a page that is about one client by its own address."""
    request.client = client
    request.looking = replace(request.actor, clients=frozenset([client.pk]))


def zone_of(membership: Membership) -> ZoneInfo:
    return ZoneInfo(membership.user.time_zone or membership.workspace.time_zone)


def _chosen(request: PageRequest) -> Client | None:
    wanted = request.GET.get("client")
    if not wanted:
        return None
    try:
        pk = UUID(wanted)
    except ValueError:
        raise Http404 from None
    for client in request.clients:
        if client.pk == pk:
            return client
    raise Http404
