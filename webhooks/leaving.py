"""A client's endpoints end when it goes, whatever becomes of its data: whoever listened for this client is no one to
tell of another."""

from accounts.actors import Actor
from clients.leaving.contract import Owned, Part, register
from clients.leaving.models import Leaving
from clients.models import Client
from webhooks.models import Endpoint


class Endpoints(Part):
    place = 10

    def owned(self, client: Client) -> list[Owned]:
        return [Owned("webhook endpoints", Endpoint.objects.filter(client=client).count(), "end")]

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        Endpoint.objects.filter(client=leaving.client_id).delete()


register(Endpoints())
