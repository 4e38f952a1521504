"""What an agency does with its clients and their campaigns."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.actors import Actor
from accounts.plans import allowance
from activity.log import record
from activity.types import EventType
from activity.undoing import Touched, undoes
from clients.models import Campaign, Client
from clients.scope import client_for
from crm import versions
from crm.errors import Conflict, Invalid, NotAllowed, PlanLacks, Stale
from crm.text import storable

LONGEST = {"name": 200, "domain": 253, "notes": 20_000}


def must_have_clients(actor: Actor) -> None:
    """Raise PlanLacks where the workspace's plan knows no clients."""
    if not allowance(actor.workspace.plan).clients:
        raise PlanLacks("Clients come with the plans Max and Enterprise: change the workspace's plan to use them.")


@transaction.atomic
def create_client(*, actor: Actor, name: str, domain: str = "", notes: str = "") -> Client:
    _must_manage(actor)
    fields = _checked(name=name, domain=domain, notes=notes)
    _must_be_free(actor, fields["name"])
    client = Client.objects.create(workspace=actor.workspace, **fields)
    record(actor, EventType.CLIENT_CREATED, client, client=client.pk)
    return client


@transaction.atomic
def change_client(*, actor: Actor, client: Client, **changes: Any) -> Client:
    """changes: name, domain, notes. Raises Invalid for what cannot be used, Conflict where the name is taken, Stale
    where somebody changed the client since `client` was read."""
    must_have_clients(actor)
    actor.must_administer()
    fields = _checked(**changes)
    if fields.get("name", client.name) != client.name:
        _must_name(actor)
        _must_be_free(actor, fields["name"], other_than=client)
    changed = versions.write(client, **fields)
    if changed:
        record(actor, EventType.CLIENT_UPDATED, client, client=client.pk, changed_fields=changed)
    return client


@transaction.atomic
def delete_client(*, actor: Actor, client: Client) -> None:
    """Hide the client from every list. Its history stays; its own people and keys see nothing from now on. What becomes
    of its data is decided with `clients.leaving`, then or later."""
    _must_manage(actor)
    versions.write(client, deleted_at=timezone.now())
    record(actor, EventType.CLIENT_DELETED, client, client=client.pk, fate="keep", to="")


@undoes("client.changed")
def restore_client(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    """The fields as they were, where nobody changed the client since."""
    client = Client.objects.visible_to(actor).filter(pk=data["id"]).first()
    if client is None or any(getattr(client, name) != value for name, value in data["after"].items()):
        raise Conflict("The client was changed since, so this cannot be taken back.", code="changed_since")
    change_client(actor=actor, client=client, **data["before"])
    return [Touched("client", client.pk)]


def _checked(**fields: str) -> dict[str, str]:
    """The fields as a column takes them. Raises Invalid with a sentence for each that cannot be used."""
    kept = {name: storable(text) for name, text in fields.items()}
    wrong = {
        name: [f"At most {most:,} characters."] for name, most in LONGEST.items() if len(kept.get(name, "")) > most
    }
    if not kept.get("name", "-").strip():
        wrong["name"] = ["Give the client a name."]
    if wrong:
        raise Invalid(fields=wrong)
    return kept


def _must_manage(actor: Actor) -> None:
    must_have_clients(actor)
    actor.must_administer()
    if actor.clients is not None:
        raise NotAllowed("You see only certain clients, so you may not add or delete one.", code="admin_required")


def _must_name(actor: Actor) -> None:
    """Names are told apart among all clients: whoever sees only some of them would learn by this which others exist."""
    if actor.clients is not None:
        raise NotAllowed("Only who sees all clients may rename one.", code="admin_required")


def _must_be_free(actor: Actor, name: str, *, other_than: Client | None = None) -> None:
    rows = Client.objects.filter(workspace=actor.workspace, deleted_at=None, name__iexact=name)
    existing = next((row for row in rows if row != other_than), None)
    if existing:
        shown = existing.pk if actor.sees(existing.pk) else None
        raise Conflict(f"There is a client called “{name}” already: choose another name.", existing=shown)


@transaction.atomic
def create_campaign(*, actor: Actor, name: str, client_id: UUID | None = None, **fields: Any) -> Campaign:
    """fields: subject, status, sent_at. Belongs to the client, or to the workspace itself where none is named."""
    actor.must_write()
    client = client_for(actor, client_id)
    _must_be_nameable(name)
    _must_be_free_campaign(actor, name, client)
    campaign: Campaign = Campaign.objects.create(workspace=actor.workspace, client_id=client, name=name, **fields)
    record(actor, EventType.CAMPAIGN_CREATED, campaign, name=campaign.name)
    return campaign


@transaction.atomic
def change_campaign(*, actor: Actor, campaign: Campaign, **changes: Any) -> Campaign:
    """changes: name, subject, status, sent_at. A campaign stays with its client."""
    actor.must_write()
    if "name" in changes:
        _must_be_nameable(changes["name"])
        _must_be_free_campaign(actor, changes["name"], campaign.client_id, other_than=campaign)
    changed = versions.write(campaign, **changes)
    if changed:
        record(actor, EventType.CAMPAIGN_UPDATED, campaign, name=campaign.name, changed_fields=changed)
    return campaign


@undoes("campaign.changed")
def restore_campaign(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    """The fields as they were, where nobody changed the campaign since."""
    campaign: Campaign | None = Campaign.objects.visible_to(actor).filter(pk=data["id"]).first()
    if campaign is None or any(getattr(campaign, name) != value for name, value in data["after"].items()):
        raise Conflict("The campaign was changed since, so this cannot be taken back.", code="changed_since")
    change_campaign(actor=actor, campaign=campaign, **data["before"])
    return [Touched("campaign", campaign.pk)]


@transaction.atomic
def delete_campaign(*, actor: Actor, campaign: Campaign) -> None:
    """Raises Conflict where conversations came from it: they keep saying so."""
    actor.must_write()
    try:
        deleted, _ = Campaign.objects.filter(pk=campaign.pk, version=campaign.version).delete()
    except ProtectedError:
        raise Conflict(
            "Conversations came from this campaign, so it cannot be deleted: set its status to archived instead.",
            code="campaign_in_use",
        ) from None
    if not deleted:
        raise Stale("campaign", versions.present(campaign))
    record(actor, EventType.CAMPAIGN_DELETED, campaign, name=campaign.name)


def _must_be_nameable(name: str) -> None:
    if not name.strip() or len(name) > LONGEST["name"]:
        raise Invalid(fields={"name": [f"Give the campaign a name of 1 to {LONGEST['name']} characters."]})


def _must_be_free_campaign(actor: Actor, name: str, client: UUID | None, *, other_than: Campaign | None = None) -> None:
    rows = Campaign.objects.filter(workspace=actor.workspace, client=client, name__iexact=name)
    existing = next((row for row in rows if row != other_than), None)
    if existing:
        raise Conflict(f"There is a campaign called “{name}” already: choose another name.", existing=existing.pk)
