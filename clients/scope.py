"""Which client a new row belongs to."""

from uuid import UUID

from accounts.actors import Actor
from clients.models import Client
from crm.errors import Invalid
from crm.references import referred


def client_for(actor: Actor, client_id: UUID | str | None) -> UUID | None:
    """The client that a row made by `actor` belongs to: the named one, else the only one the actor sees, else none.

    Raises Invalid where the named one is not there for this actor, or where an actor of several clients names none.
    """
    client = referred(Client.objects.visible_to(actor), client_id, field="client_id")
    if client is not None:
        return client.pk
    if actor.clients is None:
        return None
    if actor.only_client is None:
        raise Invalid(fields={"client_id": ["Say which client this belongs to."]})
    return actor.only_client
