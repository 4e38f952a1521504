"""Who is acting, in which workspace, seeing which clients. Every scope and every action takes one."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import ApiKey, Membership, Role, Workspace
from crm.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """kind: person, key, system or connection. id: the membership's, key's or connection's. clients: None sees
    everything of the workspace, a set sees only rows of these clients (and none of the workspace's own). rate_limit:
    requests a minute, instead of the plan's."""

    workspace: Workspace
    kind: str
    name: str
    id: UUID | None = None
    membership: Membership | None = None
    role: str | None = None
    clients: frozenset[UUID] | None = None
    can_read: bool = True
    can_write: bool = True
    rate_limit: int | None = None
    acted_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """When this is done, as its message, event, stage change or signature says."""
        return self.acted_at or timezone.now()

    def back_at(self, moment: datetime) -> "Actor":
        """The same actor in a past that is told anew, such as the demo workspace's. Nobody acts so from outside."""
        return replace(self, acted_at=moment)

    @property
    def is_admin(self) -> bool:
        return self.kind != "person" or self.role in (Role.OWNER, Role.ADMIN)

    @property
    def runs_workspace(self) -> bool:
        """Whether the workspace's own affairs (its people, keys, plan and switches) are for this actor: an owner or
        admin, or a program, that is held to no client."""
        return self.is_admin and self.clients is None

    @property
    def on_team(self) -> bool:
        """Whether the team's own words (notes, canned replies) are for this actor: not for a client's viewer, nor for a
        key bound to one client, which may be in that client's hands."""
        return self.role != Role.VIEWER and not (self.kind == "key" and self.clients is not None)

    @property
    def only_client(self) -> UUID | None:
        """The client that everything this actor makes belongs to, where there is just one."""
        return next(iter(self.clients)) if self.clients is not None and len(self.clients) == 1 else None

    def sees(self, client_id: UUID | None) -> bool:
        return self.clients is None or client_id in self.clients

    def must_write(self) -> None:
        if not self.can_write:
            raise NotAllowed("You may read here, but not change anything.", code="read_only")

    def must_administer(self) -> None:
        self.must_write()
        if not self.is_admin:
            raise NotAllowed("Only an owner or an admin of the workspace may do this.", code="admin_required")

    def must_see_all(self) -> None:
        """For what all clients share: whoever sees only some of them would change it behind the others' backs."""
        if self.clients is not None:
            raise NotAllowed("You see only certain clients, and this belongs to all of them.", code="admin_required")


def system(workspace: Workspace, name: str) -> Actor:
    """Parley itself, acting for a reaction, an import or a connection called `name`."""
    return Actor(workspace=workspace, kind="system", name=name)


def connected(workspace: Workspace, name: str, id: UUID, client_id: UUID | None) -> Actor:
    """The connection `id` called `name`: what an outside system does here. One of a client acts for that client
    alone."""
    clients = frozenset([client_id]) if client_id else None
    return Actor(workspace=workspace, kind="connection", name=name, id=id, clients=clients)


def person(membership: Membership) -> Actor:
    """The member, with the clients they may see. Two queries at most."""
    clients = None
    if not membership.all_clients:
        clients = frozenset(
            membership.client_access.filter(client__deleted_at=None).values_list("client_id", flat=True)
        )
    return Actor(
        workspace=membership.workspace,
        kind="person",
        name=str(membership.user),
        id=membership.pk,
        membership=membership,
        role=membership.role,
        clients=clients,
        can_write=membership.role != Role.VIEWER,
    )


def program(key: ApiKey) -> Actor:
    """The API key. `crm` reads and writes, `crm:read` only reads."""
    return Actor(
        workspace=key.workspace,
        kind="key",
        name=key.name,
        id=key.pk,
        clients=frozenset([key.client_id]) if key.client_id else None,
        can_read=bool({"crm", "crm:read"} & set(key.scopes)),
        can_write="crm" in key.scopes,
        rate_limit=key.rate_limit,
    )
