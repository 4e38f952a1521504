"""Which clients a member may see, and who sees a client."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client, ClientAccess


@transaction.atomic
def restrict(*, member: Membership, clients: Iterable[Client]) -> None:
    """From now on the member sees these clients and nothing else."""
    Membership.objects.filter(pk=member.pk).update(all_clients=False)
    member.all_clients = False
    ClientAccess.objects.filter(membership=member).delete()
    ClientAccess.objects.bulk_create(
        ClientAccess(workspace=member.workspace, membership=member, client=client) for client in clients
    )


def people_of(actor: Actor, client: Client) -> "QuerySet[Membership]":
    """Who sees this client: first those let in by name, its viewers before its agents; then who sees all clients."""
    known = Membership.objects.visible_to(actor)
    with_access = ClientAccess.objects.filter(client=client).values("membership")
    rows = known.filter(all_clients=True) | known.filter(pk__in=with_access)
    return rows.select_related("user").order_by("all_clients", F("role").desc(), "user__name", "pk")


def people_counted(actor: Actor, clients: Sequence[UUID]) -> dict[UUID, int]:
    """How many see each of these clients. Two queries."""
    known = Membership.objects.visible_to(actor)
    everywhere = known.filter(all_clients=True).count()
    named = ClientAccess.objects.filter(client__in=clients, membership__in=known.filter(all_clients=False))
    counts = dict(named.values_list("client").annotate(n=Count("pk")))
    return {pk: everywhere + counts.get(pk, 0) for pk in clients}
