"""The people, clients and keys that tests are about. What else a test needs it makes with the product's own verbs."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from accounts import actors, keys
from accounts.actors import Actor
from accounts.models import Membership, Role, User, Workspace
from accounts.plans import Plan
from clients.models import Campaign, Client, ClientAccess

PASSWORD = "a long enough password"
BASE = "/api/v1/crm"


_numbers = count(1)


def a_workspace(slug: str | None = None, **fields: Any) -> Workspace:
    """On plan Max, unless told otherwise."""
    slug = slug or f"workspace-{next(_numbers)}"
    return Workspace.objects.create(
        **{"slug": slug, "name": slug.replace("-", " ").title(), "plan": Plan.MAX, **fields}
    )


def a_user(name: str | None = None, **fields: Any) -> User:
    """Signs in with PASSWORD; anna.agent@example.com, where the name is Anna Agent."""
    name = name or f"Person {next(_numbers)}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}@example.com")
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def a_client(workspace: Workspace, name: str | None = None, **fields: Any) -> Client:
    return Client.objects.create(workspace=workspace, name=name or f"Another client {next(_numbers)}", **fields)


def a_campaign(workspace: Workspace, name: str | None = None, **fields: Any) -> Campaign:
    return Campaign.objects.create(workspace=workspace, name=name or f"Another campaign {next(_numbers)}", **fields)


def member(
    workspace: Workspace, name: str, role: str = Role.AGENT, clients: Sequence[Client] | None = None
) -> Membership:
    """A person in the workspace; with `clients`, one who sees only these."""
    membership = Membership.objects.create(
        workspace=workspace, user=a_user(name), role=role, all_clients=clients is None
    )
    for client in clients or ():
        ClientAccess.objects.create(workspace=workspace, membership=membership, client=client)
    return membership


def key_of(
    workspace: Workspace, *, scopes: Sequence[str] = ("crm",), client: Client | None = None, **fields: Any
) -> str:
    """The secret of a new API key."""
    _, secret = keys.create_api_key(
        actor=actors.system(workspace, "test"), name="A program", scopes=scopes, client=client, **fields
    )
    return secret


class Caller(APIClient):
    """Calls the API: `api.get("/deals")`. A path that names its base itself is left alone."""

    def generic(self, method: str, path: Any, *args: Any, **extra: Any) -> Any:
        whole = path if path.startswith(("/api", "/mail")) else BASE + path
        return super().generic(method, whole, *args, **extra)


Api = Callable[..., Caller]  # the fixture `api`
Acting = Callable[..., Actor]  # the fixture `actor`


def caller(secret: str | None = None, *, person: Membership | None = None) -> Caller:
    """Somebody with this key, or this person signed in on the pages, or nobody."""
    api = Caller(enforce_csrf_checks=True)
    if secret:
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    if person:
        api.force_login(person.user)
    return api


def acting(who: Membership | Workspace) -> Actor:
    """The member; or, for a workspace, Parley itself in it."""
    return actors.person(who) if isinstance(who, Membership) else actors.system(who, "test")
