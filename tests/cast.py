"""The people, clients and keys that tests are about. What a test needs beside them it makes with the product's own verbs."""

from collections.abc import Sequence
from typing import Any

import factory
from rest_framework.test import APIClient

from accounts import actors, keys
from accounts.actors import Actor
from accounts.models import Membership, Role, User, Workspace
from accounts.plans import Plan
from clients.models import Campaign, Client, ClientAccess

PASSWORD = "a long enough password"
BASE = "/api/v1/crm"


class WorkspaceFactory(factory.django.DjangoModelFactory[Workspace]):
    class Meta:
        model = Workspace

    slug = factory.Sequence(lambda number: f"workspace-{number}")
    name = factory.LazyAttribute(lambda workspace: workspace.slug.replace("-", " ").title())
    plan = Plan.MAX


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    name = factory.Sequence(lambda number: f"Person {number}")
    email = factory.LazyAttribute(lambda user: f"{user.name.lower().replace(' ', '.')}@example.com")
    password = factory.django.Password(PASSWORD)


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    class Meta:
        model = Client

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"Client {number}")


class CampaignFactory(factory.django.DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"Campaign {number}")


def member(
    workspace: Workspace, name: str, role: str = Role.AGENT, clients: Sequence[Client] | None = None
) -> Membership:
    """A person in the workspace; with `clients`, one who sees only these."""
    membership = Membership.objects.create(
        workspace=workspace, user=UserFactory(name=name), role=role, all_clients=clients is None
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

    def generic(self, method: str, path: str, *args: Any, **extra: Any) -> Any:
        whole = path if path.startswith(("/api", "/mail")) else BASE + path
        return super().generic(method, whole, *args, **extra)


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
