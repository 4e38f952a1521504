"""Which clients a member may see."""

from collections.abc import Iterable

from django.db import transaction

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
