"""Who may see what of a connection: the team how it stands, admins everything."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.actors import Actor
from clients.pages import PageRequest
from crm.errors import Conflict, NotAllowed
from crm.sealing import CannotOpen
from integrations.base import System
from integrations.models import Connection
from integrations.registry import systems


def must_be_of_team(actor: Actor) -> None:
    if not actor.on_team:
        raise NotAllowed("Connections are looked after by the team. Ask them about yours.", code="admin_required")


def seen(request: PageRequest, pk: UUID) -> Connection:
    """For the team: how it stands, without its secrets. Raises Http404 for what is behind the wall."""
    must_be_of_team(request.actor)
    rows = Connection.objects.visible_to(request.actor).select_related("client", "workspace").defer("secrets")
    found: Connection = get_object_or_404(rows, pk=pk)
    return found


def administered(request: PageRequest, pk: UUID) -> Connection:
    """For admins: with its address and its secrets. Raises Http404 first, so that nobody learns what there is; Conflict
    where the stored credentials cannot be read."""
    connection = seen(request, pk)
    request.actor.must_administer()
    try:
        connection.secrets  # noqa: B018 - it is read from the database here
    except CannotOpen as error:
        raise Conflict(str(error), code="credentials_sealed") from None
    return connection


def system_or_404(key: str) -> System:
    try:
        return systems()[key]
    except KeyError:
        raise Http404 from None
