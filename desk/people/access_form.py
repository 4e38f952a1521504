"""What the forms that give somebody access send: a role, and all clients or certain ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Role
from accounts.plans import allowance
from clients.models import Client
from clients.pages import PageRequest
from crm.errors import Invalid, Refusal
from crm.pages.answers import sentence
from crm.pages.typed import identifier

ROLES = {
    Role.OWNER: "Everything, the plan and the other owners too.",
    Role.ADMIN: "Manages people, connections and settings, and works as an agent does.",
    Role.AGENT: "Answers conversations and moves deals.",
    Role.VIEWER: "Looks at one or more clients, changes nothing and meets no other client.",
}
BOTH = "Some clients were ticked, but all were chosen. Send it again for these alone, or choose all and untick them."


@dataclass(frozen=True)
class Asked:
    """client_ids: None for all clients."""

    role: str
    client_ids: list[UUID] | None


@dataclass(frozen=True)
class AccessForm:
    """The form as it is shown: what may be chosen, what is, and what was wrong with it."""

    roles: list[tuple[str, str, str]]
    role: str
    clients: list[Client]
    chosen: frozenset[UUID] | None
    errors: Mapping[str, str] = field(default_factory=dict)


def asked(request: PageRequest) -> Asked:
    """Raises Invalid where clients are ticked beside “all of them”: whoever sent that may have meant these alone."""
    ids = [pk for pk in (identifier(text, "clients") for text in request.POST.getlist("client")) if pk]
    role = request.POST.get("role", "")
    some = request.POST.get("sees") == "some" or (role == Role.VIEWER and bool(ids))
    if ids and not some:
        raise Invalid(fields={"clients": [BOTH]})
    return Asked(role, ids if some else None)


def form(
    request: PageRequest, *, role: str, chosen: frozenset[UUID] | None, refusal: Refusal | None = None
) -> AccessForm:
    """For a new person or a member. With a refusal: what was typed, and the sentence beside its field."""
    if refusal is not None:
        role, chosen = request.POST.get("role", role), _typed(request)
    return AccessForm(_roles(request.actor, role), role, _offered(request), chosen, errors(refusal))


def errors(refusal: Refusal | None) -> dict[str, str]:
    """The sentence beside each field; under "form" what is about none of them."""
    if refusal is None:
        return {}
    if isinstance(refusal, Invalid) and refusal.fields:
        return {name: " ".join(texts) for name, texts in refusal.fields.items()}
    return {"form": sentence(refusal)}


def _typed(request: PageRequest) -> frozenset[UUID] | None:
    named: Sequence[Any] = request.POST.getlist("client")
    if request.POST.get("sees") != "some" and not named:
        return None
    return frozenset(client.pk for client in request.clients if str(client.pk) in named)


def _roles(actor: Actor, present: str) -> list[tuple[str, str, str]]:
    """Those that this actor may give: owners are made by owners, viewers where the plan knows clients."""
    left_out = set() if actor.role == Role.OWNER else {Role.OWNER}
    left_out |= set() if allowance(actor.workspace.plan).clients else {Role.VIEWER}
    return [(each.value, each.label, words) for each, words in ROLES.items() if each not in left_out or each == present]


def _offered(request: PageRequest) -> list[Client]:
    return request.clients if allowance(request.actor.workspace.plan).clients else []
