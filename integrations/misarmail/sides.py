"""Which of our clients a row of theirs belongs to: nothing of one client may hang on another's."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from accounts.plans import allowance
from clients import actions
from clients.models import Client
from integrations.base import Connected, Tally
from integrations.links import link
from integrations.misarmail.counting import count
from integrations.misarmail.seen import news
from integrations.misarmail.theirs import Customer
from integrations.models import Link

KIND = "client"


class Sides:
    """Loaded once for a page. A connection of one client, and one of a workspace whose plan has no clients, keeps
    everything on its own side."""

    def __init__(self, connected: Connected) -> None:
        self._connected = connected
        has_clients = allowance(connected.workspace.plan).clients and connected.client_id is None
        links = Link.objects.filter(connection=connected.connection, kind=KIND) if has_clients else Link.objects.none()
        self.are_told_apart = has_clients
        self.links = {one.external_id: one for one in links}

    def of(self, their_id: str) -> UUID | None:
        """Our client. One that is not listed yet has a place at once, under a name that the next look mends."""
        if not their_id or not self.are_told_apart:
            return self._connected.client_id
        if their_id not in self.links:
            self.take(Customer(their_id, f"{self._connected.connection.name} {their_id}"[:200], None, {}))
        found: UUID = self.links[their_id].subject_id
        return found

    def take(self, theirs: Customer) -> str:
        """new, changed or same."""
        row = self.links.get(theirs.id)
        if row is None:
            return self._meet(theirs)
        said = {"name": theirs.name, **theirs.fields} if theirs.name else dict(theirs.fields)
        if said == row.data:
            return "same"
        client = Client.objects.get(pk=row.subject_id)
        ours = {"name": client.name, "domain": client.domain, "notes": client.notes}
        written = news(theirs=said, seen=row.data, ours=ours)
        if "name" in written and self._named(written["name"]) not in (None, client):
            del written["name"]
        if written and client.deleted_at is None:
            actions.change_client(actor=self._connected.actor, client=client, **written)
        Link.objects.filter(pk=row.pk).update(data=said)
        return "changed" if written else "same"

    def _meet(self, theirs: Customer) -> str:
        """The one of this name, else a new one."""
        name = theirs.name or theirs.id
        known = self._named(name)
        client = known or self._made(theirs, name)
        said = {"name": theirs.name, **theirs.fields} if theirs.fields else {"name": name}
        link(self._connected.connection, KIND, theirs.id, client.pk, **said)
        self.links[theirs.id] = Link.objects.get(
            connection=self._connected.connection, kind=KIND, external_id=theirs.id
        )
        return "same" if known else "new"

    def _made(self, theirs: Customer, name: str) -> Client:
        client = actions.create_client(actor=self._connected.actor, name=name, **theirs.fields)
        if theirs.created_at and theirs.created_at < client.created_at:
            Client.objects.filter(pk=client.pk).update(created_at=theirs.created_at)
        return client

    def _named(self, name: str) -> Client | None:
        return Client.objects.filter(workspace=self._connected.workspace, deleted_at=None, name__iexact=name).first()


def take_customers(connected: Connected, theirs: Sequence[Customer]) -> Tally:
    sides, tally = Sides(connected), Tally()
    for one in theirs if sides.are_told_apart else ():
        count(tally, partial(sides.take, one))
    return tally
