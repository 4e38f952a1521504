"""A client's endpoints end when it goes, whatever becomes of its data: whoever listened for this client is no one to
tell of another."""

from django.db.models import F

from accounts.actors import Actor
from clients.leaving.contract import Owned, Part, Work, register
from clients.leaving.models import Leaving
from clients.models import Client
from webhooks.models import Delivery, Endpoint

TOLD = 500


class Endpoints(Part):
    place = 10

    def owned(self, client: Client) -> list[Owned]:
        return [Owned("webhook endpoints", Endpoint.objects.filter(client=client).count(), "end")]

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        """From now on nothing goes out to them; what they were told in the last month goes in steps."""
        mine = Endpoint.objects.filter(client=leaving.client_id)
        mine.update(is_active=False, off_words="Its client was deleted.", version=F("version") + 1)

    def move(self, work: Work) -> int:
        return _end(work)

    def erase(self, work: Work) -> int:
        return _end(work)


def _end(work: Work) -> int:
    """Also of one that was made in the very moment in which it was decided."""
    mine = Endpoint.objects.filter(client=work.client_id)
    ids = list(Delivery.objects.filter(endpoint__in=mine).values_list("pk", flat=True)[:TOLD])
    if ids:
        Delivery.objects.filter(pk__in=ids).delete()
        return len(ids)
    return mine.delete()[1].get(Endpoint._meta.label, 0)


register(Endpoints())
